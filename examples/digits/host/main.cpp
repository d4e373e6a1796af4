// SPDX-License-Identifier: Apache-2.0
//
// Runs the emitted digits model over the committed test images and counts how many it reads right:
//
//   digits_host test_images.npy test_labels.npy
//
// Prints the accuracy and the RAM that the model needs.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "digits.h"

namespace {

/// The elements of a NumPy file of bytes: behind 6 bytes of magic, 2 of version and a header whose
/// length stands in 2 more. Empty if it is not such a file.
std::vector<std::uint8_t> read_npy_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> all{std::istreambuf_iterator<char>(file), {}};
  const std::string magic = "\x93NUMPY\x01";
  if (all.size() < 10 || !std::equal(magic.begin(), magic.end(), all.begin(), [](char a, auto b) {
        return static_cast<std::uint8_t>(a) == b;
      }))
    return {};
  const std::size_t start = 10u + all[8] + 256u * all[9];
  if (all.size() < start) return {};
  const std::string header(all.begin() + 10, all.begin() + static_cast<std::ptrdiff_t>(start));
  if (header.find("'|u1'") == std::string::npos) return {};
  return {all.begin() + static_cast<std::ptrdiff_t>(start), all.end()};
}

/// The digit the model reads in an image of pixels 0..16.
std::uint8_t read_digit(digits_model& model, const std::uint8_t* pixels) {
  std::transform(pixels, pixels + DIGITS_INPUT_COUNT, digits_input(&model),
                 [](std::uint8_t pixel) { return digits_quantize_input(pixel); });
  digits_run(&model);
  const std::int8_t* output = digits_output(&model);
  const std::int8_t* best = std::max_element(output, output + DIGITS_OUTPUT_COUNT);
  return static_cast<std::uint8_t>(best - output);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s IMAGES.npy LABELS.npy\n", argv[0]);
    return 2;
  }
  const std::vector<std::uint8_t> images = read_npy_bytes(argv[1]);
  const std::vector<std::uint8_t> labels = read_npy_bytes(argv[2]);
  if (labels.empty() || images.size() != labels.size() * DIGITS_INPUT_COUNT) {
    std::fprintf(stderr, "%s, %s: not images and labels of type uint8\n", argv[1], argv[2]);
    return 1;
  }

  static digits_model model;
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    right += read_digit(model, images.data() + i * DIGITS_INPUT_COUNT) == labels[i];
  std::printf("accuracy  %.1f %%, %zu of %zu test images right\n",
              100.0 * static_cast<double>(right) / static_cast<double>(labels.size()), right,
              labels.size());
  std::printf("ram       %zu bytes, all of the model's working memory\n", sizeof model);
  return 0;
}
