// SPDX-License-Identifier: Apache-2.0
//
// From sound to words, with the code that runs on the device:
//
//   keywords_host clips/yes.wav clips/no.wav
//
// prints the word of every file: one second, one channel of 16 bits at 16 kHz.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "clip.h"
#include "keywords.h"

namespace {

/// The samples of a .wav file as wave.open of Python writes it, with a header of 44 bytes; shorter
/// sounds are filled up with silence. Empty if it is not such a file.
std::vector<std::int16_t> read_wav(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> all{std::istreambuf_iterator<char>(file), {}};
  // PCM, one channel, 16,000 Hz
  const std::array<std::uint8_t, 8> wanted = {1, 0, 1, 0, 0x80, 0x3e, 0, 0};
  if (all.size() < 46 || std::memcmp(all.data(), "RIFF", 4) != 0 ||
      std::memcmp(&all[20], wanted.data(), wanted.size()) != 0)
    return {};
  std::vector<std::int16_t> samples(CLIP_SAMPLES);
  for (std::size_t i = 0; i < samples.size() && 45 + 2 * i < all.size(); ++i)
    samples[i] = static_cast<std::int16_t>(static_cast<std::uint8_t>(all[44 + 2 * i]) |
                                           static_cast<std::uint8_t>(all[45 + 2 * i]) << 8);
  return samples;
}

/// The label of a second of sound.
const char* word_in(const std::vector<std::int16_t>& samples) {
  static keywords_features_model front_end;
  static keywords_model model;
  std::vector<std::int16_t> rows(KEYWORDS_INPUT_COUNT);
  clip_features(&front_end, samples.data(), rows.data());
  std::transform(rows.begin(), rows.end(), keywords_input(&model),
                 keywords_features_dequantize_output);
  keywords_run(&model);
  const float* output = keywords_output(&model);
  const float* best = std::max_element(output, output + KEYWORDS_OUTPUT_COUNT);
  return keywords_label(static_cast<std::int32_t>(best - output));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE.wav...\n", argv[0]);
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const std::vector<std::int16_t> samples = read_wav(argv[i]);
    if (samples.empty()) {
      std::fprintf(stderr, "%s: not a .wav file of one channel of 16 bits at 16 kHz\n", argv[i]);
      return 1;
    }
    std::printf("%s: %s\n", argv[i], word_in(samples));
  }
  return 0;
}
