// SPDX-License-Identifier: Apache-2.0
//
// The emitted code of many models as one source: the runtime's headers are read and their templates
// made once. Each model is in a namespace of its own, for names that are local to its file.
#pragma once

#include <string>
#include <vector>

#include "codegen/emit.h"

namespace smelt::test {

struct EmittedModel {
  std::string name;  ///< of its program
  const std::vector<OutputFile>* files = nullptr;
};
std::vector<OutputFile> one_unit(const std::vector<EmittedModel>& models);

}  // namespace smelt::test
