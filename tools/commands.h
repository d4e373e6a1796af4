// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of smelt: what each is given, after the command line has been parsed. Each
// returns the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smelt::tools {

/// Documented in the README and in --help.
enum ExitCode : int {
  exit_good = 0,
  exit_bad_input = 1,   ///< the model, data or file cannot be used; a budget is broken
  exit_difference = 2,  ///< verify found a difference
  exit_bad_usage = 64,  ///< the command line is wrong
  exit_system = 70,     ///< the compiler or the file system failed
};

/// What becomes of weights before they are quantized; see compiler/compress.
struct CompressionOptions {
  std::vector<std::string> prune;           ///< "0.5", "auto", "LAYER=0.5"
  std::vector<std::string> prune_channels;  ///< "0.5", "LAYER=0.5"
  std::string prune_kind;                   ///< "weights", "2:4", "1x4"; empty: weights
  std::string saliency;                     ///< "hessian" or "magnitude"; empty: hessian
  std::vector<std::string> cluster;         ///< "3", "LAYER=4"
  std::string cluster_by;                   ///< "layer" or "channel"; empty: layer
  std::string cluster_rate;                 ///< error that a bit is worth; empty: none
  std::optional<std::string> recover;       ///< epochs; empty: as many as usual; absent: not at all

  bool any() const {
    return !prune.empty() || !prune_channels.empty() || !cluster.empty() || recover;
  }
};

/// How a float model becomes integers; see compiler/quantize.
struct QuantizationOptions {
  std::string precision;                ///< "int8", "int16x8", "int4" or "auto"; empty: not at all
  std::string calibrate;                ///< .npz, .npy or folder of inputs
  std::string max_drop;                 ///< of "auto": "1%" or 0.01; empty: 1%
  std::string calibrate_labels;         ///< of "auto": .npy of a class per input; empty: none
  std::vector<std::string> keep_float;  ///< layers
  std::string input_type, output_type;  ///< "float32", "int8", "int16"; empty: as computed
  std::string observer;                 ///< empty: the best for each tensor
  bool nearest = false;                 ///< weights are rounded to the nearest
  bool no_bias_correction = false;
  bool no_equalization = false;
  CompressionOptions compression;
};

/// What every command that reads a model takes.
struct ModelOptions {
  std::string model;               ///< path
  std::string name;                ///< of the emitted code; empty: from the file's name
  std::string target = "generic";  ///< its name, or a .json file
  std::string optimize = "balanced";
  std::string schedule;         ///< "layers" or "rows"; empty: as `optimize` has it
  std::string specialise;       ///< "shapes" or "none"; likewise
  std::string ram;              ///< "32K"; empty: no budget
  std::string flash;            ///< "64K", of constants; empty: no budget
  std::string coding = "auto";  ///< of weights: "plain", "smallest", or as flash demands
  std::string stream;           ///< "rows"; empty: the input comes as a whole
  bool keep_input = false;
  std::vector<std::string> custom;  ///< NAME=header.h:function
  std::vector<std::string> shape;   ///< INPUT=1,3,96,96, of .onnx models
  std::vector<std::string> bind;    ///< INPUT=file.npy, of .onnx models
  QuantizationOptions quantization;
};

struct CompileOptions {
  ModelOptions model;
  std::string output = ".";
  std::string labels;          ///< path; empty: none
  std::string section;         ///< "weights=.qspi,arena=.dtcm"; empty: the usual sections
  std::string depfile;         ///< path; empty: none
  std::string golden;          ///< golden vectors to carry along; empty: none
  bool crc_log = false;        ///< NAME_crc.h as well
  std::string export_as;       ///< ecosystem; empty: plain files
  std::string export_version;  ///< of the exported library; empty: 1.0.0
  bool tune = false;           ///< by prices, within --ram, --flash and --ms
  std::optional<double> ms;    ///< what a run may take
  std::optional<double> mhz;   ///< clock of the core; absent: of the chip
  std::string chip;            ///< empty: any of the target
  std::vector<std::string> print_after;
  std::string stop_after;
  bool time_passes = false;
  bool json = false;
};
int compile(const CompileOptions& options);

struct FeaturesOptions {
  std::string name = "log_mel";  ///< prefix of every emitted name
  std::int32_t rate = 16000;     ///< Hz
  std::string window = "30ms";   ///< or in samples: "480"
  std::string stride = "20ms";
  std::int32_t bands = 40;
  std::int32_t low = 80;  ///< Hz
  std::int32_t high = 0;  ///< Hz; 0: half the rate
  bool keep_input = false;
  std::string output = ".";
  std::string golden;   ///< samples to run on; empty: none
  std::string depfile;  ///< path; empty: none
  bool json = false;
};
int features(const FeaturesOptions& options);

struct InspectOptions {
  ModelOptions model;
  bool json = false;
};
int inspect(const InspectOptions& options);

struct TargetsOptions {
  bool json = false;
};
int targets(const TargetsOptions& options);

struct ChipsOptions {
  bool json = false;
};
int chips(const ChipsOptions& options);

struct RunOptions {
  ModelOptions model;
  std::string inputs;  ///< .npz, .npy, folder of inN.bin; empty: generated
  std::string output;  ///< folder for outN.bin; empty: print
  std::string trace;   ///< folder for a .npy of every tensor; empty: none
  std::int32_t cases = 1;
  std::string with;        ///< compiler of the emitted code; empty: the default
  bool reference = false;  ///< the evaluator instead of the emitted code
  bool json = false;
};
int run(const RunOptions& options);

struct VerifyOptions {
  ModelOptions model;
  std::string golden;   ///< folder or file; empty: inputs against the evaluator
  std::string inputs;   ///< as for run; not with golden
  std::string with;     ///< compiler of the emitted code; empty: the default
  bool layers = false;  ///< all that differs, by layer; otherwise the first that does
  std::string crc;      ///< log of a board to check instead; empty: none
  /// What golden outputs may differ by; the evaluator always agrees within the default.
  double tolerance = 1e-5;  ///< floats: fraction of the largest
  std::int64_t steps = 0;   ///< integers
  bool json = false;
};
int verify(const VerifyOptions& options);

struct GoldenOptions {
  ModelOptions model;
  std::string output;  ///< file
  std::string inputs;  ///< as for run
  std::string with;    ///< as for run
  std::int32_t cases = 8;
  bool layers = false;
  bool sequence = false;
};
int golden(const GoldenOptions& options);

struct QuantizeCommandOptions {
  ModelOptions model;
  std::string output;  ///< file
};
int quantize(const QuantizeCommandOptions& options);

struct EvalOptions {
  ModelOptions model;
  std::string data;    ///< inputs, as for run
  std::string labels;  ///< .npy of one integer per case; empty: none
  std::string metric = "accuracy";
  std::string against;  ///< a float model; empty: what was quantized
  std::string with;     ///< as for run
  bool json = false;
};
int eval(const EvalOptions& options);

/// Of a device's clock and power; absent: as its data sheet has them, if it is a chip that smelt
/// knows.
struct SupplyOptions {
  std::optional<double> mhz, uw_per_mhz, sleep_uw;
};

struct ExploreOptions {
  ModelOptions model;
  std::string data, labels;  ///< as for eval
  std::string metric = "accuracy";
  std::string prunes = "0,0.3,0.5,0.7,0.8";  ///< shares of weights
  std::string bits = "8,4,3,2";              ///< of a weight
  std::string codings = "smallest";          ///< and "plain"
  std::string by = "bytes";                  ///< what they are compared by; "cycles", "energy"
  std::string chip;                          ///< empty: any of the target
  SupplyOptions supply;
  std::string output;  ///< folder; empty: no files
  bool json = false;
};
int explore(const ExploreOptions& options);

struct PlanCommandOptions {
  ModelOptions model;
  std::string svg;  ///< file to draw to; empty: none
  bool json = false;
};
int plan(const PlanCommandOptions& options);

struct ReportOptions {
  ModelOptions model;
  std::vector<std::string> targets;  ///< none, and no chips: cortex-m4
  std::vector<std::string> chips;
  std::vector<std::string> objects;  ///< of the user's toolchain; none: they are built here
  SupplyOptions supply;
  std::vector<double> every = {1, 60};  ///< seconds from inference to inference
  std::string inputs;  ///< as for run; the first are those of the run that is followed
  std::string html;    ///< page to write; empty: none
  bool json = false;
};
int report(const ReportOptions& options);

struct FitOptions {
  ModelOptions model;
  bool json = false;
};
int fit(const FitOptions& options);

struct OptOptions {
  std::string file;  ///< graph in textual form, "-" for standard input
  std::vector<std::string> passes;
};
int opt(const OptOptions& options);

}  // namespace smelt::tools
