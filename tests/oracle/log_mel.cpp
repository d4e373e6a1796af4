// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/log_mel.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace smelt::oracle {
namespace {

using std::numbers::pi;

struct Pair {
  std::int64_t re, im;
};

std::int64_t nearest(double value) {
  return static_cast<std::int64_t>(std::floor(value + 0.5));
}

/// floor(v / 2^bits + 1/2)
std::int64_t rounded(std::int64_t v, int bits) {
  const std::int64_t unit = std::int64_t{1} << bits;
  const std::int64_t sum = v + unit / 2;
  return sum >= 0 ? sum / unit : -((-sum + unit - 1) / unit);
}

/// round(w_n^k z)
Pair turned(Pair z, std::size_t k, std::size_t n) {
  const double angle = -2 * pi * static_cast<double>(k) / static_cast<double>(n);
  const std::int64_t re = nearest(std::cos(angle) * (1 << 30));
  const std::int64_t im = -nearest(-std::sin(angle) * (1 << 30));
  return {rounded(z.re * re - z.im * im, 30), rounded(z.re * im + z.im * re, 30)};
}

std::vector<Pair> transform(const std::vector<Pair>& z) {
  const std::size_t n = z.size();
  if (n == 1) return z;
  std::vector<Pair> even, odd, result(n);
  for (std::size_t i = 0; i < n; ++i) (i % 2 == 0 ? even : odd).push_back(z[i]);
  even = transform(even);
  odd = transform(odd);
  for (std::size_t k = 0; k < n / 2; ++k) {
    const Pair product = turned(odd[k], k, n);
    result[k] = {even[k].re + product.re, even[k].im + product.im};
    result[k + n / 2] = {even[k].re - product.re, even[k].im - product.im};
  }
  return result;
}

/// 2 X[k], k = 0 .. N/2 - 1; bin 0 is left out.
std::vector<Pair> twice_transform(const std::vector<std::int64_t>& x) {
  std::vector<Pair> z;
  for (std::size_t i = 0; i < x.size(); i += 2) z.push_back({x[i], x[i + 1]});
  z = transform(z);
  const std::size_t m = z.size();
  std::vector<Pair> result(m, Pair{0, 0});
  for (std::size_t k = 1; k <= m / 2; ++k) {
    const Pair p = z[k], q = {z[m - k].re, -z[m - k].im};
    const Pair a = {p.re + q.re, p.im + q.im};
    const Pair b = turned({p.im - q.im, -(p.re - q.re)}, k, 2 * m);
    result[m - k] = {a.re - b.re, -(a.im - b.im)};
    result[k] = {a.re + b.re, a.im + b.im};
  }
  return result;
}

double mel(double hertz) {
  return 2595 * std::log10(1 + hertz / 700);
}

/// How far bin k has risen from one edge or centre to the next; outside 0 .. 1 it lies elsewhere.
double risen(const LogMelShape& shape, std::size_t k, std::int32_t from) {
  const double hertz = static_cast<double>(k) * shape.rate / shape.size;
  const double width = (mel(shape.high) - mel(shape.low)) / (shape.bands + 1);
  return (mel(hertz) - mel(shape.low) - from * width) / width;
}

/// Of bin k in a band: by the formula of a triangle, in Q14 or, unrounded, in real numbers.
double triangle(const LogMelShape& shape, std::size_t k, std::int32_t band, bool integer) {
  const auto in_steps = [&](double part) {
    return integer ? static_cast<double>(nearest(part * 16384)) : part * 16384;
  };
  const double up = risen(shape, k, band), down = risen(shape, k, band + 1);
  if (up >= 0 && up < 1) return in_steps(up);
  if (down >= 0 && down < 1) return 16384 - in_steps(down);
  return 0;
}

std::int64_t log2_part(std::int64_t i) {
  return nearest(std::log2(1 + static_cast<double>(i) / 64) * 16384);
}

/// round(512 log2(x)), by the table.
std::int64_t log2_q9(std::uint64_t x) {
  int power = 0;
  while (x >> power > 1) ++power;
  // x = 2^power (1 + (index + rest / 2^16) / 64)
  const auto fraction = static_cast<unsigned __int128>(x - (std::uint64_t{1} << power));
  const auto steps = static_cast<std::int64_t>((fraction << 22) >> power);
  const std::int64_t index = steps >> 16, rest = steps & 0xffff;
  const std::int64_t below = log2_part(index), above = log2_part(index + 1);
  return power * 512 + rounded(below * 65536 + (above - below) * rest, 21);
}

}  // namespace

std::vector<std::int16_t> log_mel(const LogMelShape& shape, std::span<const std::int16_t> window) {
  int bits = 0;
  while (1 << bits < shape.size) ++bits;
  std::vector<std::int64_t> x(static_cast<std::size_t>(shape.size));
  for (std::size_t n = 0; n < window.size(); ++n) {
    const double sine =
        std::sin(pi * (static_cast<double>(n) + 0.5) / static_cast<double>(window.size()));
    const std::int64_t hann = std::min<std::int64_t>(nearest(32768 * sine * sine), 32767);
    x[n] = rounded(window[n] * hann, bits);
  }
  const std::vector<Pair> spectrum = twice_transform(x);
  std::vector<std::int16_t> row;
  for (std::int32_t band = 0; band < shape.bands; ++band) {
    std::int64_t sum = 0;
    for (std::size_t k = 1; k < spectrum.size(); ++k) {
      const auto [re, im] = spectrum[k];
      sum += (re * re + im * im) / 4096 * static_cast<std::int64_t>(triangle(shape, k, band, true));
    }
    row.push_back(
        static_cast<std::int16_t>(log2_q9(static_cast<std::uint64_t>(sum) + 16384) - 14 * 512));
  }
  return row;
}

std::vector<double> mel_energies(const LogMelShape& shape, std::span<const std::int16_t> window) {
  const auto size = static_cast<std::size_t>(shape.size);
  std::vector<double> energies(static_cast<std::size_t>(shape.bands));
  for (std::size_t k = 1; k < size / 2; ++k) {
    std::complex<double> sum = 0;
    for (std::size_t n = 0; n < window.size(); ++n) {
      const double phase =
          2 * pi * (static_cast<double>(n) + 0.5) / static_cast<double>(window.size());
      const double weighted = window[n] * (0.5 - 0.5 * std::cos(phase));
      sum += std::polar(weighted,
                        -2 * pi * static_cast<double>(k * n % size) / static_cast<double>(size));
    }
    const double power = std::norm(sum * 1024.0 / static_cast<double>(size));
    for (std::int32_t band = 0; band < shape.bands; ++band)
      energies[static_cast<std::size_t>(band)] += power * triangle(shape, k, band, false) / 16384;
  }
  return energies;
}

}  // namespace smelt::oracle
