#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Zephyr modules: module.yml by the keys of Zephyr's scripts/zephyr_module.py, sample.yaml by those
of its twister, Kconfig parsed; the sample built by CMake against a stand-in for Zephyr that knows
the functions in use, and run.

    zephyr.py --smelt PROGRAM MODEL...
"""

import re
import sys

import common
from common import check
import yaml

PACKAGE = r"""
# Finds what an application names: module.yml, prj.conf; CONFIG_ symbols become variables.
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/prj.conf settings REGEX "^CONFIG_")
foreach(setting ${settings})
  string(REGEX MATCH "^(CONFIG_[A-Z0-9_]+)=(.*)$" found ${setting})
  set(${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
endforeach()
if(NOT CONFIG_CPP)
  message(FATAL_ERROR "C++ is off")
endif()
add_library(zephyr_interface INTERFACE)
target_include_directories(zephyr_interface INTERFACE ${CMAKE_CURRENT_LIST_DIR}/include)
function(zephyr_library_named name)
  enable_language(CXX)
  add_library(${name} STATIC)
  target_link_libraries(${name} PRIVATE zephyr_interface)
  set(ZEPHYR_CURRENT_LIBRARY ${name} PARENT_SCOPE)
  set_property(GLOBAL APPEND PROPERTY LIBRARIES ${name})
endfunction()
function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()
function(zephyr_include_directories)
  foreach(folder ${ARGN})
    get_filename_component(folder ${folder} ABSOLUTE)
    target_include_directories(zephyr_interface INTERFACE ${folder})
  endforeach()
endfunction()
enable_language(CXX)
set(CMAKE_CXX_STANDARD 14)
set(CMAKE_CXX_EXTENSIONS OFF)
add_compile_options(-Wall -Wextra -Wshadow -Werror)
foreach(module ${ZEPHYR_EXTRA_MODULES})
  file(STRINGS ${module}/zephyr/module.yml cmake REGEX "^  cmake: ")
  string(REPLACE "  cmake: " "" cmake ${cmake})
  add_subdirectory(${module}/${cmake} module)
endforeach()
get_property(libraries GLOBAL PROPERTY LIBRARIES)
add_executable(app)
target_link_libraries(app PRIVATE zephyr_interface ${libraries})
"""

KERNEL = """
#include <stddef.h>
#include <stdint.h>
static inline uint32_t k_cycle_get_32(void) { return 0; }
static inline uint32_t k_cyc_to_us_near32(uint32_t cycles) { return cycles; }
"""
PRINTK = "#include <stdio.h>\n#define printk(...) printf(__VA_ARGS__)\n"

KCONFIG = """
config CPP
	bool "C++"
choice
	prompt "Standard"
	default STD_CPP11
config STD_CPP98
	bool "98"
config STD_CPP11
	bool "11"
config STD_CPP14
	bool "14"
endchoice
source "MODULE"
"""


def stand_in(scratch):
    folder = scratch / "zephyr"
    (folder / "include" / "zephyr" / "sys").mkdir(parents=True)
    (folder / "ZephyrConfig.cmake").write_text(PACKAGE)
    (folder / "include" / "zephyr" / "kernel.h").write_text(KERNEL)
    (folder / "include" / "zephyr" / "sys" / "printk.h").write_text(PRINTK)
    return folder


def check_metadata(library, version):
    del version  # a module has none
    module = yaml.safe_load(library.files["zephyr/module.yml"])
    check(set(module) == {"name", "build", "samples"} and module["name"] == library.name,
          f"module.yml: {module}")
    check(f"{module['build']['cmake']}/CMakeLists.txt" in library.files and
          module["build"]["kconfig"] in library.files, "module.yml names files")
    sample = yaml.safe_load(library.files[f"samples/{library.name}/sample.yaml"])
    check(set(sample) == {"sample", "common", "tests"} and
          set(sample["sample"]) == {"name", "description"} and
          set(sample["common"]) == {"tags", "harness", "harness_config"}, f"sample.yaml: {sample}")
    (test,) = sample["tests"]
    check(re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+", test), f"sample.yaml: test {test}")
    check(sample["sample"]["name"] == library.name and module["samples"] == ["samples"],
          "names of the sample")


def check_kconfig(library, scratch):
    """The module can be chosen with C++14, and only then."""
    try:
        import kconfiglib
    except ImportError:
        print("not parsed: no kconfiglib")
        return
    top = scratch / "Kconfig"
    top.write_text(KCONFIG.replace("MODULE", str(library.folder / "zephyr" / "Kconfig")))
    symbol = f"SMELT_{library.name.upper()}"
    settings = library.folder / "samples" / library.name / "prj.conf"
    for leave_out, wanted in (("", 2), ("CONFIG_CPP=y", 0), ("CONFIG_STD_CPP14=y", 0)):
        config = kconfiglib.Kconfig(str(top), warn_to_stderr=False)
        text = settings.read_text()
        check(leave_out in text, f"prj.conf sets {leave_out}")
        (scratch / "config").write_text(text.replace(leave_out, "") if leave_out else text)
        config.load_config(str(scratch / "config"))
        check(config.syms[symbol].tri_value == wanted and (wanted == 0 or not config.warnings),
              f"{symbol} without {leave_out!r}: {config.syms[symbol].tri_value}, {config.warnings}")


def check_model(smelt, model, extra, expected, scratch):
    library = common.Library(smelt, "zephyr", model, scratch / "module", *extra)
    check_metadata(library, None)
    check_kconfig(library, scratch)
    sample = library.folder / "samples" / library.name
    build = scratch / "build"
    if not common.build("cmake", "-S", sample, "-B", build, f"-DZephyr_DIR={stand_in(scratch)}",
                        what=f"cmake {model.name}"):
        return
    if not common.build("cmake", "--build", build, what=f"build {model.name}"):
        return
    done = common.run(build / "app")
    common.check_sample(done, library, expected)
    # What twister waits for.
    harness = yaml.safe_load((sample / "sample.yaml").read_text())["common"]["harness_config"]
    check(re.search(harness["regex"][0], done.stdout), f"{harness}: {done.stdout[-300:]}")


if __name__ == "__main__":
    sys.exit(common.main("zephyr", check_model, check_metadata))
