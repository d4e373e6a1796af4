// SPDX-License-Identifier: Apache-2.0
//
// The weights of some output channels as one scale for each channel times one of a few integers,
// the levels, that they share. What is made small is the error of the channels' sums on data, plus,
// if asked for, a price for each bit of the levels' entropy. Sources: Han et al., Deep compression,
// 2016; Choi et al., Towards the limit of network quantization, 2017 (weighted k-means,
// entropy-constrained); Behdin et al., QuantEase, 2023 (coordinate descent).
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace smelt {

/// One output channel's weights w: the error is w' H w - 2 w' r, and what does not depend on them.
struct ChannelSquares {
  const Eigen::MatrixXd* hessian = nullptr;  ///< H; null: 1
  Eigen::VectorXd right;                     ///< r
  Eigen::VectorXd weights;                   ///< where to begin; pruned ones are 0
  std::vector<std::uint8_t> kept;            ///< by weight: 0 stays 0
};

struct CodebookOptions {
  std::size_t levels = 16;
  double bit_price = 0;  ///< in units of the error
};

struct Codebook {
  std::vector<std::int8_t> levels;                 ///< ascending
  std::vector<float> scales;                       ///< by channel
  std::vector<std::vector<std::int8_t>> channels;  ///< the level of each weight
};

/// The same on any number of cores.
Codebook make_codebook(std::vector<ChannelSquares> channels, const CodebookOptions& options);

}  // namespace smelt
