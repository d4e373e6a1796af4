// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/distillation.h"

#include <algorithm>
#include <cmath>

namespace smelt {
namespace {

constexpr float temperature = 2;

/// What the scores of one answer stand for.
std::vector<float> probabilities(std::span<const float> scores) {
  const float largest = *std::max_element(scores.begin(), scores.end());
  std::vector<float> result;
  float sum = 0;
  for (const float score : scores)
    sum += result.emplace_back(std::exp((score - largest) / temperature));
  for (float& each : result) each /= sum;
  return result;
}

/// Calls work(first element, teacher's probabilities, student's) for every answer.
template <typename Work>
void for_each_answer(const Match& match, const NetworkRun& student, const NetworkRun& teacher,
                     const Work& work) {
  const auto found = student.value(match.student);
  const auto exact = teacher.value(match.teacher);
  const std::size_t width = match.channels.size();
  for (std::size_t i = 0; i < found.size(); i += width)
    work(i, probabilities(exact.subspan(i, width)), probabilities(found.subspan(i, width)));
}

double divergence(const Match& match, const NetworkRun& student, const NetworkRun& teacher) {
  constexpr double least = 1e-30;
  double sum = 0;
  for_each_answer(match, student, teacher,
                  [&](std::size_t, const std::vector<float>& p, const std::vector<float>& q) {
                    for (std::size_t k = 0; k < p.size(); ++k)
                      sum +=
                          static_cast<double>(p[k]) * std::log((static_cast<double>(p[k]) + least) /
                                                               (static_cast<double>(q[k]) + least));
                  });
  return sum * temperature * temperature;
}

void add_divergence_gradient(const Match& match, NetworkRun& student, const NetworkRun& teacher,
                             double factor) {
  const auto gradient = student.gradient(match.student);
  const auto slope = static_cast<float>(factor) * temperature;
  for_each_answer(match, student, teacher,
                  [&](std::size_t at, const std::vector<float>& p, const std::vector<float>& q) {
                    for (std::size_t k = 0; k < p.size(); ++k)
                      gradient[at + k] += slope * (q[k] - p[k]);
                  });
}

double squared_error(const Match& match, const NetworkRun& student, const NetworkRun& teacher) {
  const auto found = student.value(match.student);
  const auto exact = teacher.value(match.teacher);
  double sum = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error =
        static_cast<double>(found[i]) - static_cast<double>(exact[match.element(i)]);
    sum += error * error;
  }
  return sum;
}

/// Of one element's squared error. Scores keep all their channels.
double weight_of(const Match& match, const NetworkRun& student, std::size_t samples) {
  const auto elements = static_cast<double>(student.value(match.student).size());
  return match.weight * static_cast<double>(samples) / elements;
}

}  // namespace

std::vector<Bytes> batch_of(const std::vector<const Sample*>& samples) {
  std::vector<Bytes> batch(samples[0]->size());
  for (const Sample* sample : samples)
    for (std::size_t i = 0; i < batch.size(); ++i)
      batch[i].insert(batch[i].end(), (*sample)[i].begin(), (*sample)[i].end());
  return batch;
}

double boundary_loss(const std::vector<Match>& matches, const NetworkRun& student,
                     const NetworkRun& teacher) {
  double sum = 0;
  for (const Match& match : matches) {
    if (!match.boundary) continue;
    sum += weight_of(match, student, student.samples()) * squared_error(match, student, teacher);
    if (match.scores) sum += divergence(match, student, teacher);
  }
  return sum;
}

void add_gradients(const std::vector<Match>& matches, NetworkRun& student,
                   const NetworkRun& teacher, double factor) {
  for (const Match& match : matches) {
    const auto found = student.value(match.student);
    const auto exact = teacher.value(match.teacher);
    const auto gradient = student.gradient(match.student);
    const auto slope =
        static_cast<float>(2 * factor * weight_of(match, student, student.samples()));
    for (std::size_t i = 0; i < found.size(); ++i)
      gradient[i] += slope * (found[i] - exact[match.element(i)]);
    if (match.scores) add_divergence_gradient(match, student, teacher, factor);
  }
}

}  // namespace smelt
