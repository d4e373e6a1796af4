// SPDX-License-Identifier: Apache-2.0
//
// The command line. All options are declared here; each subcommand has a file of its own.
#include <CLI/CLI.hpp>
#include <functional>

#include "tools/commands.h"
#include "tools/version.h"

namespace smelt::tools {
namespace {

void add_compression_options(CLI::App& app, CompressionOptions& options) {
  app.add_option(
      "--prune-kind", options.prune_kind,
      "weights (anywhere), N:M (N of M neighbours stay) or CxT (blocks of C channels and T "
      "neighbours) [weights]");
  app.add_option("--prune-channels", options.prune_channels,
                 "share of the model's work that leaves it with whole channels or neurons, before "
                 "weights are pruned: 0.5 or LAYER=0.5");
  app.add_option("--saliency", options.saliency,
                 "hessian (what the output would lose, others making up for it) or magnitude "
                 "[hessian]");
  app.add_option("--cluster-by", options.cluster_by,
                 "layer or channel: what has a codebook of its own [layer]");
  app.add_option(
      "--cluster-rate", options.cluster_rate,
      "what error a bit per weight is worth, as a part of the layers' outputs: more makes "
      "weights that are coded smaller [0]");
  app.add_option("--recover", options.recover,
                 "EPOCHS: train what is left to do what the float model does, on the calibration "
                 "data; without a number, as long as is usual")
      ->expected(0, 1);
}

/// What explore chooses itself.
void add_compression_shares(CLI::App& app, CompressionOptions& options) {
  app.add_option("--prune", options.prune,
                 "share of weights that become zero: 0.5, LAYER=0.5, or auto: as many as lose less "
                 "than --max-drop");
  app.add_option("--cluster", options.cluster,
                 "BITS or LAYER=BITS: weights share as many values as so many bits, 1 to 6, count");
}

void add_quantization_options(CLI::App& app, QuantizationOptions& options) {
  app.add_option(
      "--quantize", options.precision,
      "make a float model compute on integers: int8, int16x8, int4 (weights), or auto: the "
      "smallest mix that loses less than --max-drop");
  app.add_option("--calibrate", options.calibrate,
                 "inputs to choose scales by: .npz, .npy or a folder of inN.bin");
  app.add_option("--max-drop", options.max_drop,
                 "what auto may lose on the calibration data: 1% or 0.01 [1%]");
  app.add_option(
      "--calibrate-labels", options.calibrate_labels,
      ".npy with the class of every calibration input [auto compares with what the float "
      "model answers]");
  app.add_option("--keep-float", options.keep_float, "NAME: a layer that is not quantized");
  app.add_option("--input-type", options.input_type,
                 "of a quantized model: float32, int8, int16 [what it computes on]");
  app.add_option("--output-type", options.output_type, "likewise");
  app.add_option("--observer", options.observer,
                 "what chooses the ranges: min-max, percentile, mse, entropy [the best for each "
                 "tensor]");
  app.add_flag("--nearest", options.nearest, "round weights to the nearest");
  app.add_flag("--no-equalization", options.no_equalization,
               "do not scale channels between layers to like ranges");
  app.add_flag("--no-bias-correction", options.no_bias_correction, "leave biases as they are");
  add_compression_shares(app, options.compression);
  add_compression_options(app, options.compression);
}

void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("model", options.model, "the model, a .tflite or .onnx file")->required();
  app.add_option("--name", options.name,
                 "prefix of every emitted name [the file's name, made an identifier]");
  app.add_option("--target", options.target, "device class: see smelt targets")
      ->capture_default_str();
  app.add_option(
         "--optimize", options.optimize,
         "speed (whole layers), balanced, ram (pipelines of rows wherever they save memory), size "
         "(least code), none (keeps every tensor of the file)")
      ->capture_default_str();
  app.add_option("--schedule", options.schedule,
                 "layers (one after the other) or rows (pipelines) [as --optimize has it]");
  app.add_option("--specialise", options.specialise,
                 "shapes (kernels are made for each) or none (one kernel for all) [as --optimize "
                 "has it]");
  app.add_option(
      "--stream", options.stream,
      "rows: the input comes row by row and is never in memory as a whole; time: without "
      "end, and every row costs its own work alone");
  app.add_option("--ram", options.ram,
                 "refuse a model that needs more RAM: 2048, 32K; balanced makes as few pipelines "
                 "as that takes");
  app.add_option(
      "--flash", options.flash,
      "refuse a model whose constants need more flash: 32K, 1M; before that, weights are "
      "coded, as few as it takes");
  app.add_option("--coding", options.coding,
                 "of weights: plain, smallest (decoded while layers compute), or auto: what "
                 "--flash and the device demand, at the least cost")
      ->capture_default_str();
  app.add_flag("--keep-input", options.keep_input, "run does not overwrite the input");
  app.add_option("--custom", options.custom,
                 "NAME=header.h:function: run operator NAME by a function of yours");
  app.add_option("--shape", options.shape,
                 "INPUT=1,3,96,96: sets the extents that a .onnx file leaves open");
  app.add_option("--bind", options.bind,
                 "INPUT=file.npy: an input of a .onnx file that is a constant");
  add_quantization_options(app, options.quantization);
}

void add_compile(CLI::App& app, CompileOptions& options) {
  add_model_options(app, options.model);
  app.add_option("-o,--output", options.output, "folder to write to")->capture_default_str();
  app.add_option("--labels", options.labels, "file with one class name per line");
  app.add_option("--section", options.section,
                 "sections of the linker script: weights=.qspi,arena=.dtcm");
  app.add_option("--golden", options.golden,
                 "golden vectors, a file or folder: adds NAME_golden.cpp, a main that checks them");
  app.add_flag("--crc-log", options.crc_log,
               "adds NAME_crc.h, by which a board logs a checksum of every layer, for smelt verify "
               "--crc");
  app.add_option("--depfile", options.depfile,
                 "write a rule for make: the file of that name without its .d depends on all that "
                 "was read");
  app.add_option("--export", options.export_as,
                 "write a library with its metadata and a sample: arduino, zephyr, platformio, "
                 "esp-idf or cmsis-pack; --golden makes the sample check");
  app.add_option("--export-version", options.export_version,
                 "version of that library, X.Y.Z [1.0.0]");
  app.add_flag("--tune", options.tune,
               "choose kernels, pipelines and codings by the price list: the fewest cycles that "
               "--ram (with the stack) and --flash (with the code) leave, or, with --ms, the least "
               "memory");
  app.add_option("--ms", options.ms, "milliseconds that a run may take, with --tune")
      ->check(CLI::PositiveNumber);
  app.add_option("--mhz", options.mhz, "clock of the core, for --ms")->check(CLI::PositiveNumber);
  app.add_option("--chip", options.chip,
                 "with --tune: a chip of smelt chips, its target, clock and memories");
  app.add_option("--print-after", options.print_after, "print the graph after a pass");
  app.add_option("--stop-after", options.stop_after, "stop after a pass, write nothing");
  app.add_flag("--time-passes", options.time_passes, "print how long each pass took");
  app.add_flag("--json", options.json, "report as JSON");
  app.footer(
      "Example:\n  smelt compile kws.tflite -o generated --ram 32K\n"
      "  g++ -c generated/kws.cpp generated/kws_weights.cpp -Igenerated\n"
      "  smelt compile kws.tflite -o libraries/kws --export arduino");
}

void add_features(CLI::App& app, FeaturesOptions& options) {
  app.add_option("--name", options.name, "prefix of every emitted name")->capture_default_str();
  app.add_option("--rate", options.rate, "samples a second")->capture_default_str();
  app.add_option("--window", options.window, "what a row is computed from: 30ms, or 480 samples")
      ->capture_default_str();
  app.add_option("--stride", options.stride, "from row to row")->capture_default_str();
  app.add_option("--bands", options.bands, "features in a row")->capture_default_str();
  app.add_option("--low", options.low, "where the first band begins, in Hz")->capture_default_str();
  app.add_option("--high", options.high, "where the last band ends, in Hz [half the rate]");
  app.add_flag("--keep-input", options.keep_input, "run does not overwrite the input");
  app.add_option("-o,--output", options.output, "folder to write to")->capture_default_str();
  app.add_option("--golden", options.golden,
                 "a sound, .wav or a .npy of int16: adds NAME_golden.cpp, a main that checks "
                 "its features");
  app.add_option("--depfile", options.depfile, "write a rule for make, as compile does");
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt features --rate 16000 --bands 40 -o generated --name kws_features");
}

void add_inspect(CLI::App& app, InspectOptions& options) {
  add_model_options(app, options.model);
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt inspect kws.tflite");
}

void add_plan(CLI::App& app, PlanCommandOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--svg", options.svg, "draw it: file to write");
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt plan kws.tflite --optimize ram --svg kws.svg");
}

void add_supply(CLI::App& app, SupplyOptions& options) {
  app.add_option("--mhz", options.mhz, "clock of the core: adds milliseconds")
      ->check(CLI::PositiveNumber);
  app.add_option("--uw-per-mhz", options.uw_per_mhz,
                 "power while it computes, in microwatts for each MHz: adds energy")
      ->check(CLI::PositiveNumber);
  app.add_option("--sleep-uw", options.sleep_uw, "power between inferences, in microwatts")
      ->check(CLI::NonNegativeNumber);
}

void add_report(CLI::App& app, ReportOptions& options) {
  add_model_options(app, options.model);
  app.remove_option(app.get_option("--target"));
  app.add_option("--target", options.targets,
                 "device class, or several with spaces between: see smelt targets [cortex-m4]");
  app.add_option("--chip", options.chips,
                 "chip, or several: its target, with clock and power of its data sheet; see smelt "
                 "chips");
  app.add_option("--object", options.objects,
                 "what your toolchain made of the emitted code for that one target: a linked "
                 "program, or objects and archives [built by the Clang inside smelt]");
  add_supply(app, options.supply);
  app.add_option("--every", options.every,
                 "seconds from inference to inference, or several: adds the life of a CR2032")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option(
      "--inputs", options.inputs,
      "what the run that is followed has, where work depends on it: the first inputs of a "
      ".npz, .npy or folder of inN.bin [pseudo-random inputs]");
  app.add_option("--html", options.html,
                 "page to write, with the memory map, layers, passes and weights; it needs no "
                 "other file and no network");
  app.add_flag("--json", options.json, "report as JSON");
  app.footer(
      "Examples:\n  smelt report kws.tflite --target cortex-m4 rv32imc\n"
      "  smelt report kws.tflite --chip stm32l4r5 nrf52840 --every 10 --html kws.html");
}

void add_fit(CLI::App& app, FitOptions& options) {
  add_model_options(app, options.model);
  app.remove_option(app.get_option("--target"));
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt fit kws.tflite");
}

void add_chips(CLI::App& app, ChipsOptions& options) {
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt chips");
}

void add_targets(CLI::App& app, TargetsOptions& options) {
  app.add_flag("--json", options.json, "in the terms in which a .json file describes a device");
  app.footer("Example:\n  smelt targets");
}

void add_with(CLI::App& app, std::string& with) {
  app.add_option("--with", with,
                 "builds the emitted code: clang, the one inside smelt [default], or a compiler "
                 "of the system, perhaps with flags: \"g++ -O3\"");
}

void add_run(CLI::App& app, RunOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--inputs", options.inputs,
                 ".npz, .npy or a folder of inN.bin [pseudo-random inputs]");
  app.add_option("-o,--output", options.output, "folder for outN.bin [print the outputs]");
  app.add_option("--cases", options.cases, "number of pseudo-random inputs")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  add_with(app, options.with);
  CLI::Option* reference =
      app.add_flag("--reference", options.reference, "evaluate on the host, emit nothing");
  app.add_option("--trace", options.trace,
                 "folder for the inputs, the outputs and all that steps compute in between, as "
                 ".npy: 003_conv_2_out.npy is of step 3; of several cases, a folder each")
      ->excludes(reference);
  app.add_flag("--json", options.json, "report as JSON");
  app.footer("Example:\n  smelt run kws.tflite --inputs sounds.npy");
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  add_model_options(app, options.model);
  CLI::Option* golden =
      app.add_option("--golden", options.golden,
                     "golden vectors: a folder of inN.bin and outN.bin (inN_K.bin where there are "
                     "several), or a file of smelt golden [pseudo-random inputs]");
  app.add_option("--inputs", options.inputs,
                 "inputs alone: .npz, .npy or a folder of inN.bin; what is expected is computed")
      ->excludes(golden);
  CLI::Option* layers =
      app.add_flag("--layers", options.layers,
                   "show every layer: the first element that differs, the largest error and how "
                   "errors are distributed, in the emitted code and by quantization");
  app.add_option(
         "--crc", options.crc,
         "a board's log, of firmware with NAME_crc.h (see smelt compile --crc-log) that ran "
         "on these vectors or inputs, in order: names the layer that went wrong first")
      ->excludes(layers);
  add_with(app, options.with);
  app.add_option("--tolerance", options.tolerance,
                 "golden floats may differ by this fraction of the output's largest, as those of "
                 "another implementation do")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--steps", options.steps, "golden integers may differ by this much")
      ->capture_default_str()
      ->check(CLI::Range(0, 255));
  app.add_flag("--json", options.json, "report as JSON");
  app.footer(
      "Examples:\n  smelt verify kws.tflite --golden vectors\n"
      "  smelt verify kws.onnx --quantize int8 --calibrate some.npz --inputs test.npz --layers\n"
      "  smelt verify kws.tflite --golden vectors --crc uart.txt");
}

void add_golden(CLI::App& app, GoldenOptions& options) {
  add_model_options(app, options.model);
  app.add_option("-o,--output", options.output, "file to write")->required();
  app.add_option("--inputs", options.inputs,
                 ".npz, .npy or a folder of inN.bin [pseudo-random inputs]");
  app.add_option("--cases", options.cases, "number of pseudo-random inputs")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  add_with(app, options.with);
  app.add_flag("--layers", options.layers, "record every layer too");
  app.add_flag("--sequence", options.sequence, "keep the state from case to case");
  app.footer("Example:\n  smelt golden kws.tflite -o kws.golden --layers");
}

void add_quantize(CLI::App& app, QuantizeCommandOptions& options) {
  add_model_options(app, options.model);
  app.add_option("-o,--output", options.output, ".tflite file to write")->required();
  app.footer("Example:\n  smelt quantize kws.onnx --calibrate some.npz -o kws_int8.tflite");
}

void add_eval(CLI::App& app, EvalOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--data", options.data, "inputs: .npz, .npy or a folder of inN.bin")->required();
  app.add_option("--labels", options.labels, ".npy with the class of every case");
  app.add_option("--metric", options.metric,
                 "accuracy, or auc: cases labelled 1 are anomalies, which the model reproduces "
                 "badly")
      ->capture_default_str();
  app.add_option("--against", options.against,
                 "the float model that a quantized file was made from");
  add_with(app, options.with);
  app.add_flag("--json", options.json, "report as JSON");
  app.footer(
      "Example:\n  smelt eval kws.onnx --quantize int8 --calibrate some.npz --data test.npz "
      "--labels labels.npy");
}

void add_explore(CLI::App& app, ExploreOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--data", options.data, "inputs: .npz, .npy or a folder of inN.bin")->required();
  app.add_option("--labels", options.labels, ".npy with the class of every case")->required();
  app.add_option("--metric", options.metric, "accuracy or auc, as for eval")->capture_default_str();
  app.add_option("--prunes", options.prunes, "shares of weights to prune")->capture_default_str();
  app.add_option("--bits", options.bits, "of a weight: 1 to 6 by clustering, or 8")
      ->capture_default_str();
  app.add_option("--codings", options.codings, "of weights: smallest, plain")
      ->capture_default_str();
  app.add_option("--by", options.by,
                 "what the best are found by, and drawn: bytes, cycles or energy; prices all of "
                 "them for --target")
      ->capture_default_str();
  app.add_option("--chip", options.chip, "a chip of smelt chips to price them for");
  add_supply(app, options.supply);
  app.add_option("-o,--output", options.output,
                 "folder for explore.csv and explore.svg [print the table alone]");
  app.add_flag("--json", options.json, "report as JSON");
  app.footer(
      "Example:\n  smelt explore kws.onnx --calibrate some.npz --data test.npz --labels labels.npy "
      "-o explored");
}

void add_opt(CLI::App& app, OptOptions& options) {
  app.add_option("file", options.file, "a graph in textual form, - for standard input")->required();
  app.add_option("--pass", options.passes, "pass to run");
  app.group("");  // for tests and developers: not in --help
}

}  // namespace
}  // namespace smelt::tools

int main(int argc, char** argv) {
  using namespace smelt::tools;
  CLI::App app("smelt: from trained models to C++ for microcontrollers");
  app.set_version_flag("--version", std::string(smelt::version));
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 good; 1 the model or data cannot be used, or a budget is broken;\n"
      "2 verify found a difference; 64 the command line is wrong; 70 the system failed.");

  std::function<int()> command;
  const auto add = [&](const char* name, const char* help, auto setup, auto run, auto& options) {
    CLI::App* sub = app.add_subcommand(name, help);
    setup(*sub, options);
    sub->callback(
        [&command, run, &options] { command = [run, &options] { return run(options); }; });
  };
  CompileOptions compile_options;
  FeaturesOptions features_options;
  InspectOptions inspect_options;
  PlanCommandOptions plan_options;
  ReportOptions report_options;
  FitOptions fit_options;
  TargetsOptions targets_options;
  ChipsOptions chips_options;
  RunOptions run_options;
  VerifyOptions verify_options;
  GoldenOptions golden_options;
  QuantizeCommandOptions quantize_options;
  EvalOptions eval_options;
  ExploreOptions explore_options;
  OptOptions opt_options;
  add("compile", "Compile a model to C++", add_compile, compile, compile_options);
  add("features", "Emit a front end from samples to log-mel features", add_features, features,
      features_options);
  add("inspect", "Show operators, tensors and costs", add_inspect, inspect, inspect_options);
  add("plan", "Show what lies where in RAM, when and why", add_plan, plan, plan_options);
  add("report", "Show what the machine code takes on devices: flash, RAM, time, energy", add_report,
      report, report_options);
  add("fit", "List the chips that a model fits, and how fast it is there", add_fit, fit,
      fit_options);
  add("targets", "List what can be compiled for", add_targets, targets, targets_options);
  add("chips", "List the chips whose data sheets smelt knows", add_chips, chips, chips_options);
  add("run", "Run the compiled model on this machine", add_run, run, run_options);
  add("verify", "Prove that the emitted code computes the golden outputs", add_verify, verify,
      verify_options);
  add("golden", "Record golden vectors", add_golden, golden, golden_options);
  add("quantize", "Write a quantized model as a .tflite file", add_quantize, quantize,
      quantize_options);
  add("eval", "Measure what quantization costs on a data set", add_eval, eval, eval_options);
  add("explore", "Find what pruning and clustering cost, and the best to be had", add_explore,
      explore, explore_options);
  add("opt", "Run passes on a graph in textual form", add_opt, opt, opt_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_good : exit_bad_usage;
  }
  return command();
}
