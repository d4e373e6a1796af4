// SPDX-License-Identifier: Apache-2.0
#include "tests/support/one_unit.h"

#include <fmt/format.h>

#include <set>

namespace smelt::test {

std::vector<OutputFile> one_unit(const std::vector<EmittedModel>& models) {
  std::vector<OutputFile> files;
  std::set<std::string> headers;
  std::string sources;
  for (const EmittedModel& model : models)
    for (const OutputFile& file : *model.files) {
      const bool source = file.path.ends_with(".cpp");
      if (file.path.starts_with("smelt/") && !headers.insert(file.path).second) continue;
      if (source)
        sources +=
            fmt::format("namespace in_{0} {{\n#include \"{1}.inc\"\n}}\n", model.name, file.path);
      files.push_back({source ? file.path + ".inc" : file.path, file.text});
    }
  std::string text;
  for (const std::string& header : headers) text += fmt::format("#include \"{}\"\n", header);
  files.push_back({"models.cpp", text + sources});
  return files;
}

}  // namespace smelt::test
