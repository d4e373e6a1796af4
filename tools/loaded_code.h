// SPDX-License-Identifier: Apache-2.0
//
// Machine code in this process, made from emitted C++.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace smelt::tools {

struct LoadedCode {
  std::shared_ptr<void> owner;  ///< the code stays as long as any copy of this
  /// The address of an extern "C" function; null if there is none of that name.
  std::function<void*(const std::string& name)> symbol;
};

}  // namespace smelt::tools
