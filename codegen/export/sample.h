// SPDX-License-Identifier: Apache-2.0
//
// The program of a sample: sets the inputs to zero, runs the model, prints the outputs and, where
// there is a clock, the time that it took; then checks the golden vectors, if there are any.
#pragma once

#include <string>
#include <string_view>

#include "codegen/cpp_writer.h"
#include "codegen/export/exports.h"

namespace smelt {

/// How the program is written for an ecosystem that has printf or its like.
struct SampleStyle {
  std::string_view includes;  ///< lines before that of the model's header
  std::string_view helpers;   ///< lines after it
  std::string_view print;     ///< "printf"
  std::string_view start;     ///< statement that takes the time before a run; empty: no time
  std::string_view stop;      ///< statement that takes the time after it
  std::string_view elapsed;   ///< microseconds between them, an unsigned long
  std::string_view entry;     ///< what runs, "int main()"
  std::string_view tail;      ///< lines at the end
};

std::string sample_text(const Library& library, const SampleStyle& style);

/// Parts of it: the banner; the model and a function set_inputs.
void write_sample_banner(CppWriter& writer, const Library& library);
void write_set_inputs(CppWriter& writer, const Library& library);
/// One run: of a model that takes rows, as many as it needs.
void write_run(CppWriter& writer, const Library& library);

}  // namespace smelt
