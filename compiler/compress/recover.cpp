// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/recover.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

#include "compiler/compress/augment.h"
#include "compiler/compress/distillation.h"
#include "compiler/compress/learnt_constant.h"
#include "compiler/compress/network.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/ops/channels.h"

namespace smelt {
namespace {

/// A mini-batch, in parts that are computed side by side and whose gradients are added up in order.
constexpr std::size_t parts = 8, part_samples = 2, batch = parts * part_samples;
/// One sample in so many is held out.
constexpr std::size_t held_out_one_in = 10;

/// What is best depends on how much there is to recover, and on how much data says how: it is tried
/// out in a part of the time.
constexpr float largest_rates[] = {0.02F, 0.006F, 0.002F, 0.0005F};
constexpr std::int32_t trial_part = 10;
constexpr float level_rate = 0.3F;
/// The mean of late states depends less on chance than the last one: it moves by so much per step.
constexpr float mean_share = 0.01F;
/// Shares of the training: rates rise, and states are good enough to be kept.
constexpr float warm_up = 0.05F, settled = 0.75F;

/// Rates after a share of the training: half a cosine.
LearningRates rates_at(float largest, float done) {
  const float now = largest * std::min(1.0F, done / warm_up) * 0.5F *
                    (1 + std::cos(std::numbers::pi_v<float> * done));
  return {.values = now, .scales = now * level_rate, .levels = now * level_rate};
}

struct Reading {
  const Node& node;
  std::size_t operand;
};

/// The only one; nothing if there are several, which may hold the constant to different things.
std::optional<Reading> only_reading(const Graph& graph, TensorId id) {
  std::optional<Reading> found;
  for (const Node& node : graph.nodes)
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != id) continue;
      if (found) return std::nullopt;
      found.emplace(Reading{node, i});
    }
  return found;
}

/// What the constant is held to; null: nothing.
CompressedWeights* held(Compressed& compressed, const Reading& reading) {
  const auto layer = compressed.layers.find(reading.node.name);
  return reading.operand == 1 && reading.node.op->quantization && layer != compressed.layers.end()
             ? &layer->second
             : nullptr;
}

std::vector<std::uint32_t> channels_of(const Graph& graph, const Reading& reading) {
  const Shape& shape = graph[reading.node.inputs[1]].shape;
  std::vector<std::uint32_t> channels(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < channels.size(); ++i)
    channels[i] = static_cast<std::uint32_t>(
        index_along(shape, reading.node.op->quantization->channel_axis, i));
  return channels;
}

/// Samples in an order that is drawn anew when all have been seen.
class Order {
 public:
  explicit Order(std::size_t samples) : order_(samples) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }
  std::size_t next() {
    if (place_ == 0)
      for (std::size_t i = order_.size(); i > 1; --i)
        std::swap(order_[i - 1], order_[draws_.below(i)]);
    const std::size_t picked = order_[place_];
    place_ = (place_ + 1) % order_.size();
    return picked;
  }

 private:
  std::vector<std::size_t> order_;
  std::size_t place_ = 0;
  Draws draws_{1};
};

std::vector<const Sample*> pointers_to(const std::vector<Sample>& samples) {
  std::vector<const Sample*> pointers;
  for (const Sample& sample : samples) pointers.push_back(&sample);
  return pointers;
}

class Recovery {
 public:
  Recovery(Compressed& compressed, const Graph& teacher, const HeldOut& samples)
      : compressed_(compressed),
        student_(compressed.graph),
        teacher_(teacher),
        learnt_from_(pointers_to(samples.learnt_from)),
        held_out_(pointers_to(samples.held_out)),
        augmentation_(teacher, learnt_from_),
        order_(learnt_from_.size()) {
    for (const TensorId id : student_.learnable_constants())
      if (only_reading(compressed.graph, id)) ids_.push_back(id);
    student_.learn(ids_);
    matches_ = find_matches(student_, teacher_);
    weigh(matches_, teacher_, learnt_from_);
  }

  bool possible() const { return !ids_.empty() && !matches_.empty(); }

  void run(const RecoverOptions& options) {
    begin();
    const std::int32_t trial = std::max(1, options.epochs / trial_part);
    const auto trials = static_cast<std::int32_t>(std::size(largest_rates));
    steps_ = (learnt_from_.size() + batch - 1) / batch;
    Progress progress{options, 0,
                      steps_ * static_cast<std::size_t>(trials * trial + options.epochs)};
    float best_rate = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const float rate : largest_rates) {
      const double loss = learn(rate, trial, progress).loss;
      if (!(loss < least)) continue;
      least = loss;
      best_rate = rate;
    }
    use(start_);
    const double loss_before = held_out_loss();
    const State state = learn(best_rate, options.epochs, progress);
    if (state.loss < loss_before) write(state.constants);
  }

 private:
  struct Progress {
    const RecoverOptions& options;
    std::size_t done, all;
    void operator()(std::size_t steps) {
      done += steps;
      if (options.progress) options.progress(done, all);
    }
  };
  struct State {
    double loss = std::numeric_limits<double>::infinity();
    std::vector<LearntConstant> constants;
  };

  /// From the start, with rates that are so large at most: the best of the last states.
  State learn(float largest_rate, std::int32_t epochs, Progress& progress) {
    constants_ = mean_ = start_;
    use(constants_);
    const std::size_t all = steps_ * static_cast<std::size_t>(epochs);
    State best;
    for (std::size_t step = 0; step < all;) {
      const float done = static_cast<float>(step) / static_cast<float>(all);
      train(step, rates_at(largest_rate, done));
      if (++step % steps_ != 0) continue;
      progress(steps_);
      // Early states that seem better are so by chance: little is held out.
      if (static_cast<float>(step) < settled * static_cast<float>(all)) continue;
      use(mean_);
      const double loss = held_out_loss();
      use(constants_);
      if (loss < best.loss) best = {loss, mean_};
    }
    return best;
  }

  void begin() {
    NetworkRun run(student_, 1);
    run.forward(*learnt_from_[0]);
    for (const TensorId id : ids_) {
      const Reading reading = *only_reading(compressed_.graph, id);
      const std::vector<float>& values = student_.constant(id);
      if (const CompressedWeights* const weights = held(compressed_, reading)) {
        start_.emplace_back(values, *weights, channels_of(compressed_.graph, reading));
      } else {
        const bool summand =
            learnable({compressed_.graph, reading.node}, reading.operand) == Learnable::summand;
        start_.emplace_back(values,
                            typical_size(summand ? run.value(reading.node.outputs[0]) : values));
      }
    }
    for (std::size_t part = 0; part < parts; ++part) {
      students_.emplace_back(student_, part_samples);
      teachers_.emplace_back(teacher_, part_samples);
    }
  }

  void train(std::size_t step, const LearningRates& rates) {
    std::vector<std::size_t> picked(batch);
    for (std::size_t& each : picked) each = order_.next();
    parallel_for(parts, [&] {
      return [&](std::size_t part) {
        std::vector<Sample> samples;
        for (std::size_t i = part * part_samples; i < (part + 1) * part_samples; ++i) {
          Draws draws(step * batch + i);
          samples.push_back(augmentation_.draw(picked[i], draws));
        }
        differentiate_part(part, samples);
      };
    });
    if (!sum_gradients()) return;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      constants_[i].step(students_[0].gradient(ids_[i]), rates);
      mean_[i].approach(constants_[i], std::max(mean_share, 1 / static_cast<float>(step + 1)));
    }
    use(constants_);
  }

  void use(const std::vector<LearntConstant>& constants) {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      student_.constant(ids_[i]) = constants[i].values();
  }

  void differentiate_part(std::size_t part, const std::vector<Sample>& samples) {
    const std::vector<Bytes> inputs = batch_of(pointers_to(samples));
    teachers_[part].forward(inputs);
    students_[part].forward(inputs);
    add_gradients(matches_, students_[part], teachers_[part], 1.0 / static_cast<double>(batch));
    students_[part].backward();
  }

  /// Into those of the first part. Returns whether they are numbers.
  bool sum_gradients() {
    bool finite = true;
    for (const TensorId id : ids_) {
      const auto sum = students_[0].gradient(id);
      for (std::size_t part = 1; part < parts; ++part) {
        const auto other = students_[part].gradient(id);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
      }
      finite =
          finite && std::all_of(sum.begin(), sum.end(), [](float g) { return std::isfinite(g); });
    }
    return finite;
  }

  double held_out_loss() {
    std::vector<double> losses(held_out_.size());
    parallel_for(held_out_.size(), [&] {
      return [&, student = NetworkRun(student_, 1),
              teacher = NetworkRun(teacher_, 1)](std::size_t i) mutable {
        student.forward(*held_out_[i]);
        teacher.forward(*held_out_[i]);
        losses[i] = boundary_loss(matches_, student, teacher);
      };
    });
    return std::accumulate(losses.begin(), losses.end(), 0.0);
  }

  void write(const std::vector<LearntConstant>& constants) {
    Graph& graph = compressed_.graph;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      graph[ids_[i]].data = to_bytes(constants[i].values());
      if (CompressedWeights* const weights = held(compressed_, *only_reading(graph, ids_[i])))
        constants[i].tell(*weights);
    }
  }

  Compressed& compressed_;
  Network student_, teacher_;
  std::vector<const Sample*> learnt_from_, held_out_;
  std::vector<TensorId> ids_;
  std::vector<Match> matches_;
  std::vector<LearntConstant> start_, constants_, mean_;  // by id
  std::vector<NetworkRun> students_, teachers_;           // by part
  const Augmentation augmentation_;
  Order order_;
  std::size_t steps_ = 0;  // of an epoch
};

}  // namespace

HeldOut hold_out(const std::vector<Sample>& samples) {
  if (samples.size() < held_out_one_in) return {samples, samples};
  HeldOut result;
  for (std::size_t i = 0; i < samples.size(); ++i)
    (i % held_out_one_in == held_out_one_in - 1 ? result.held_out : result.learnt_from)
        .push_back(samples[i]);
  return result;
}

void recover(Compressed& compressed, const Graph& teacher, const HeldOut& samples,
             const RecoverOptions& options, Diagnostics& diagnostics) {
  if (samples.learnt_from.empty()) {
    diagnostics.error(place_of(teacher), "recovery needs samples")
        .note("give typical inputs, about 200; they need no labels");
    return;
  }
  Recovery recovery(compressed, teacher, samples);
  if (recovery.possible()) return recovery.run(options);
  diagnostics.warning(place_of(teacher), "nothing can be recovered by training")
      .note(
          "no layer with weights leads to an output, or to a layer that is not trained, by "
          "operators that have a derivative");
}

}  // namespace smelt
