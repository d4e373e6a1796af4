// SPDX-License-Identifier: Apache-2.0
#include "tools/tune/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tools/tune/moves.h"

namespace smelt::tools {
namespace {

// Rounds in which an estimate is set right by what was measured.
constexpr int most_rounds = 6;
// Between what the fastest and the smallest ways take of RAM, if time decides.
constexpr int ram_levels = 4;

double excess(double used, double budget) {
  return std::max(0.0, used / std::max(1.0, budget) - 1);
}

/// By how much budgets are exceeded, as parts of them, together.
double excess(const Price& price, const Budgets& budgets) {
  double sum = 0;
  if (budgets.ram)
    sum += excess(static_cast<double>(price.ram_bytes()), static_cast<double>(*budgets.ram));
  if (budgets.flash)
    sum += excess(static_cast<double>(price.flash_bytes()), static_cast<double>(*budgets.flash));
  if (budgets.cycles) sum += excess(price.cycles, *budgets.cycles);
  return sum;
}

/// But for the names of passes that changed nothing.
bool emits_the_same(const Compiled& a, const Compiled& b) {
  const auto files_of = [](const Compiled& compiled) {
    EmitOptions options = compiled.emit;
    options.passes.clear();
    return emit(compiled.program, options);
  };
  const std::vector<OutputFile> files = files_of(a), others = files_of(b);
  return std::equal(files.begin(), files.end(), others.begin(), others.end(),
                    [](const OutputFile& file, const OutputFile& other) {
                      return file.path == other.path && file.text == other.text;
                    });
}

class Tuner {
 public:
  Tuner(const Model& model, const ModelOptions& options, const Budgets& budgets,
        Diagnostics& diagnostics)
      : model_(model), options_(options), budgets_(budgets), diagnostics_(diagnostics) {}

  std::optional<Tuned> run() {
    if (!make_pipelines()) return std::nullopt;
    if (!save_flash()) return std::nullopt;
    return std::move(tuned_);
  }

 private:
  const Trial& best() const { return tuned_.trials[tuned_.best]; }

  bool is_better(const Price& a, const Price& b) const {
    const auto rank = [&](const Price& price) {
      const auto memory = static_cast<double>(price.ram_bytes() + price.flash_bytes());
      return budgets_.cycles ? std::tuple(excess(price, budgets_), memory, price.cycles)
                             : std::tuple(excess(price, budgets_), price.cycles, memory);
    };
    return rank(a) < rank(b);
  }

  /// Compiles and prices one way more, or gives the one that led to the same code. Null: it was
  /// reported why that cannot be.
  const Trial* attempt(std::string what, const PipelineOptions& wanted) {
    const auto adjust = [&](PipelineOptions& pipeline) {
      pipeline.optimize = wanted.optimize;
      pipeline.ram = wanted.ram;
      pipeline.coding = wanted.coding;
      pipeline.choices = wanted.choices;
    };
    auto compiled = compile_loaded(model_, options_, diagnostics_, adjust);
    if (!compiled) return nullptr;
    compiled->emit.ram_budget.reset();  // what was asked of the planner is no promise
    for (const Trial& trial : tuned_.trials)
      if (emits_the_same(trial.compiled, *compiled)) return &trial;
    auto price = price_of(*compiled, {}, diagnostics_);
    if (!price) return nullptr;
    tuned_.trials.push_back({std::move(what), wanted, *std::move(compiled), *std::move(price)});
    if (is_better(tuned_.trials.back().price, best().price)) tuned_.best = tuned_.trials.size() - 1;
    return &tuned_.trials.back();
  }

  /// Whole layers, rows wherever they save RAM, and ways between them.
  bool make_pipelines() {
    const Trial* const layers =
        attempt("whole layers", {.optimize = Optimize::speed, .choices = LayerChoices()});
    if (!layers) return false;
    const bool enough = !budgets_.ram || layers->price.ram_bytes() <= *budgets_.ram;
    if (enough && !budgets_.cycles) return true;
    const Trial* const rows = attempt("rows wherever they save RAM",
                                      {.optimize = Optimize::ram, .choices = LayerChoices()});
    if (!rows || rows == layers) return rows;
    LayerChoices choices;
    choices.row_costs = row_costs(*layers, *rows);
    return budgets_.ram ? meet_ram(choices) : try_levels(*layers, *rows, choices);
  }

  /// By layer, what rows take more than whole layers.
  static std::map<std::string, std::int64_t> row_costs(const Trial& layers, const Trial& rows) {
    std::map<std::string, std::int64_t> costs;
    const auto add = [&](const Trial& trial, double sign) {
      for (const PricedStep& step : trial.price.steps)
        if (step.step >= 0)
          costs[trial.compiled.program.steps[static_cast<std::size_t>(step.step)].layer] +=
              static_cast<std::int64_t>(sign * step.cycles);
    };
    add(rows, 1);
    add(layers, -1);
    // What costs nothing is worth its call.
    for (auto& [layer, cost] : costs) cost = std::max<std::int64_t>(1, cost);
    return costs;
  }

  bool meet_ram(const LayerChoices& choices) {
    std::int64_t asked = *budgets_.ram - best().price.stack_bytes;
    for (int round = 0; round < most_rounds && asked > 0; ++round) {
      const Trial* const trial =
          attempt(fmt::format("rows, arena of {} B", asked),
                  {.optimize = Optimize::balanced, .ram = asked, .choices = choices});
      if (!trial) return false;
      const std::int64_t over = trial->price.ram_bytes() - *budgets_.ram;
      if (over <= 0) return true;
      asked -= over;
    }
    return true;
  }

  bool try_levels(const Trial& layers, const Trial& rows, const LayerChoices& choices) {
    const auto arena = [](const Trial& trial) {
      return trial.price.arena_bytes + trial.price.state_bytes;
    };
    const std::int64_t most = arena(layers), least = arena(rows);
    for (int level = 1; level < ram_levels; ++level) {
      const std::int64_t asked = least + (most - least) * level / ram_levels;
      if (!attempt(fmt::format("rows, arena of {} B", asked),
                   {.optimize = Optimize::balanced, .ram = asked, .choices = choices}))
        return false;
    }
    return true;
  }

  /// Codes weights and shares kernels of the best way so far, as far as budgets ask for it. Shared
  /// kernels may need less stack, too.
  bool save_flash() {
    if (fits(best().price, budgets_) && !budgets_.cycles) return true;
    const Trial base = best();
    PipelineOptions coded = base.options, shared = base.options;
    coded.choices->codings = smallest_codings(base);
    for (const Step& step : base.compiled.program.steps) shared.choices->shared.insert(step.layer);
    const Trial* const all_coded = attempt("coded weights", coded);
    if (!all_coded) return false;
    std::vector<Move> moves = codings_between(base, *all_coded, coded.choices->codings);
    const Trial* const all_shared = attempt("shared kernels", shared);
    if (!all_shared) return false;
    for (Move& move : sharing_between(base, *all_shared)) moves.push_back(std::move(move));
    sort_by_cost(moves);
    return make_moves(base, moves);
  }

  /// As --coding smallest has them.
  std::map<std::string, Coding> smallest_codings(const Trial& base) const {
    const Graph& graph = base.compiled.graph;
    const Codings codings =
        choose_codings(graph, base.compiled.target, {.mode = CodingMode::smallest});
    std::map<std::string, Coding> by_name;
    for (std::size_t i = 0; i < graph.nodes.size() && i < codings.size(); ++i)
      if (codings[i] != Coding::plain) by_name[graph.nodes[i].name] = codings[i];
    return by_name;
  }

  /// Which moves it takes, by what is estimated of each: until flash is no more than `flash`, or,
  /// if time alone decides, as long as there are cycles left.
  std::set<std::size_t> enough_moves(const Price& base, const std::vector<Move>& moves,
                                     double flash, double cycles) const {
    auto bytes = static_cast<double>(base.flash_bytes());
    double work = base.cycles;
    std::set<std::size_t> chosen;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const bool is_needed = budgets_.flash && bytes > flash;
      const bool is_in_time = budgets_.cycles && work + moves[i].cycles <= cycles;
      if (!is_needed && !is_in_time) continue;
      bytes -= static_cast<double>(moves[i].bytes);
      work += moves[i].cycles;
      chosen.insert(i);
    }
    // What was taken early may not be needed, now that more was.
    for (std::size_t i = moves.size(); !budgets_.cycles && i-- > 0;) {
      const auto given_back = bytes + static_cast<double>(moves[i].bytes);
      if (given_back > flash || moves[i].cycles <= 0 || chosen.erase(i) == 0) continue;
      bytes = given_back;
    }
    return chosen;
  }

  bool make_moves(const Trial& base, const std::vector<Move>& moves) {
    auto flash = static_cast<double>(budgets_.flash.value_or(0));
    double cycles = budgets_.cycles.value_or(0);
    for (int round = 0; round < most_rounds; ++round) {
      const std::set<std::size_t> chosen = enough_moves(base.price, moves, flash, cycles);
      PipelineOptions options = base.options;
      for (const std::size_t i : chosen) apply(moves[i], *options.choices);
      const std::size_t before = tuned_.trials.size();
      const Trial* const trial = attempt(described(*options.choices), options);
      if (!trial) return false;
      if (tuned_.trials.size() == before) return true;
      if (budgets_.flash)
        flash -= static_cast<double>(trial->price.flash_bytes() - *budgets_.flash);
      if (budgets_.cycles) cycles -= trial->price.cycles - *budgets_.cycles;
    }
    return true;
  }

  static std::string described(const LayerChoices& choices) {
    return fmt::format("{} layers coded, {} sharing kernels", choices.codings.size(),
                       choices.shared.size());
  }

  const Model& model_;
  const ModelOptions& options_;
  const Budgets& budgets_;
  Diagnostics& diagnostics_;
  Tuned tuned_;
};

}  // namespace

bool fits(const Price& price, const Budgets& budgets) {
  return excess(price, budgets) == 0;
}

std::optional<Tuned> tune(const Model& model, const ModelOptions& options, const Budgets& budgets,
                          Diagnostics& diagnostics) {
  return Tuner(model, options, budgets, diagnostics).run();
}

}  // namespace smelt::tools
