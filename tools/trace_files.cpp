// SPDX-License-Identifier: Apache-2.0
#include "tools/trace_files.h"

#include <fmt/format.h>

#include "tools/arrays.h"

namespace smelt::tools {

std::vector<OutputFile> trace_files(const EmitContext& context, const std::string& folder,
                                    const std::vector<Bytes>& inputs,
                                    const std::vector<TracedBuffer>& trace,
                                    const std::vector<Bytes>& outputs) {
  const Program& program = context.program;
  std::vector<OutputFile> files;
  const auto add = [&](const std::string& name, BufferId id, const Bytes& bytes) {
    const Buffer& buffer = program[id];
    files.push_back(
        {folder + name + ".npy",
         npy_text({.name = {}, .type = buffer.type, .shape = buffer.shape, .bytes = bytes})});
  };
  for (std::size_t i = 0; i < inputs.size(); ++i)
    add(context.inputs[i], program.inputs[i].buffer, inputs[i]);
  for (const TracedBuffer& each : trace)
    add(fmt::format("{:03}_{}", each.step, context.buffer(each.buffer)), each.buffer, each.bytes);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    add(context.outputs[i], program.outputs[i].buffer, outputs[i]);
  return files;
}

}  // namespace smelt::tools
