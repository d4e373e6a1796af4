import sys; sys.path.insert(0,'/work/wt/keywords/examples/common'); sys.path.insert(0,'/work/wt/keywords/examples/keywords')
import torch,numpy as np, train, training, time
from pathlib import Path
training.repeatable(3)
x=torch.randn(64,1,49,40)*6+23
for name,make in (("keywords",train.network),("keywords_causal",train.causal_network)):
    s=train.Standardise(x); l=make(); l.train(); l(s(x)); l.eval()
    a=l(s(x)); n=train.Folded(s,l).eval(); print((n(x)-a).abs().max(), a.abs().max())
    training.export(n,(1,49,40),Path(f'/tmp/keywords/{name}.onnx'))
