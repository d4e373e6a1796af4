// SPDX-License-Identifier: Apache-2.0
//
// Tensors of graphs and tensors of the oracle: the one place where they meet.
#pragma once

#include <string>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"
#include "tests/oracle/oracle.h"

namespace smelt::test {

/// The tensor as the oracle wants it, holding `bytes`; without bytes, a pattern for its results.
oracle::Tensor for_oracle(const Tensor& tensor, const Bytes& bytes = {});

/// The elements as raw bytes, as graphs keep them.
Bytes bytes_of(const oracle::Tensor& tensor);

/// What `actual` has otherwise than `expected`; empty if it is equal, floats within 1e-5 of the
/// largest absolute value.
std::string difference(const oracle::Tensor& expected, const Tensor& tensor, const Bytes& actual);

}  // namespace smelt::test
