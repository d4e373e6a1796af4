#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ESP-IDF components: idf_component.yml by the fields of the component manager; the example built
by CMake against a stand-in for ESP-IDF that knows the functions in use, and run.

    esp_idf.py --smelt PROGRAM MODEL...
"""

import os
import re
import sys

import common
from common import check
import yaml

# As ESP-IDF does: each component is a folder with a CMakeLists.txt; main requires all others.
PROJECT = r"""
function(idf_component_register)
  cmake_parse_arguments(PARSE_ARGV 0 component "" "" "SRCS;INCLUDE_DIRS")
  if(component_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "unknown: ${component_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  add_library(component_${name} STATIC ${component_SRCS})
  target_include_directories(component_${name} PUBLIC ${component_INCLUDE_DIRS})
  if(name STREQUAL main)
    target_include_directories(component_${name} PRIVATE $ENV{IDF_PATH}/include)
    target_link_libraries(component_${name} PRIVATE component_$ENV{COMPONENT})
  endif()
  set(COMPONENT_LIB component_${name} PARENT_SCOPE)
endfunction()
macro(project name)
  _project(${name} C CXX)
  add_compile_options(-Wall -Wextra -Wshadow -Werror)
  add_subdirectory($ENV{COMPONENT_PATH} component)
  add_subdirectory(main)
  add_executable(firmware $ENV{IDF_PATH}/start.cpp)
  target_link_libraries(firmware PRIVATE component_main)
endmacro()
"""
START = 'extern "C" void app_main();\nint main() { app_main(); }\n'
TIMER = "#include <stdint.h>\nstatic inline int64_t esp_timer_get_time(void) { return 0; }\n"
FIELDS = {"version", "description", "license", "tags", "dependencies"}


def dependency(library):
    """(name, options) of the one component that the example's main depends on."""
    path = f"examples/{library.name}/main/idf_component.yml"
    ((name, options),) = yaml.safe_load(library.files[path])["dependencies"].items()
    return name, options


def check_metadata(library, version):
    manifest = yaml.safe_load(library.files["idf_component.yml"])
    check(set(manifest) == FIELDS, f"fields of idf_component.yml: {sorted(manifest)}")
    check(manifest["version"] == version, f"version {manifest['version']}")
    check(isinstance(manifest["description"], str) and manifest["license"] == "Apache-2.0",
          "description and license")
    check(all(re.fullmatch(r"[A-Za-z0-9_-]{3,32}", tag) for tag in manifest["tags"]) and
          len(set(manifest["tags"])) == len(manifest["tags"]), f"tags {manifest['tags']}")
    check(set(manifest["dependencies"]) == {"idf"}, "dependencies")
    name, options = dependency(library)
    check(re.fullmatch(r"[a-z][a-z0-9_-]*[a-z0-9]|[a-z]", name) and "__" not in name and
          name not in ("idf", "main"), f"component name {name}")
    check(set(options) == {"version", "override_path"} and options["version"] == "*",
          f"dependency {options}")
    main = library.folder / "examples" / library.name / "main"
    check((main / options["override_path"]).resolve() == library.folder.resolve(),
          f"override_path {options['override_path']}")


def check_model(smelt, model, extra, expected, scratch):
    library = common.Library(smelt, "esp-idf", model, scratch / "component", *extra)
    check_metadata(library, "1.0.0")
    stand_in = scratch / "idf"
    (stand_in / "tools" / "cmake").mkdir(parents=True)
    (stand_in / "include").mkdir()
    (stand_in / "tools" / "cmake" / "project.cmake").write_text(PROJECT)
    (stand_in / "include" / "esp_timer.h").write_text(TIMER)
    (stand_in / "start.cpp").write_text(START)
    os.environ.update(IDF_PATH=str(stand_in), COMPONENT="component",
                      COMPONENT_PATH=str(library.folder))
    build = scratch / "build"
    if common.build("cmake", "-S", library.folder / "examples" / library.name, "-B", build,
                    what=f"cmake {model.name}") and \
       common.build("cmake", "--build", build, what=f"build {model.name}"):
        common.check_sample(common.run(build / "firmware"), library, expected)


if __name__ == "__main__":
    sys.exit(common.main("esp-idf", check_model, check_metadata))
