# SPDX-License-Identifier: Apache-2.0
#
# Models in a build:
#
#   smelt_add_model(NAME MODEL FILE [TARGET DEVICE] [RAM SIZE] [FLASH SIZE] [OPTIONS OPTION...])
#
# A static library NAME with the emitted code of FILE; NAME.h is what to include. The code is made
# anew only when the model, a file that the options name, or smelt itself changes. A model that
# needs more RAM or flash than it may fails the build: RAM and constants before anything is
# compiled, code and constants together when the library is there. OPTIONS are those of
# `smelt compile`.
#
#   smelt_add_features(NAME [OPTIONS OPTION...])
#
# The same of a front end from samples to log-mel features; OPTIONS are those of `smelt features`.
#
#   smelt_add_golden_test(TEST MODEL NAME GOLDEN WHERE [MAIN SOURCE...])
#
# A program TEST, and a test of that name, which runs the model NAME on golden vectors: a folder of
# inN.bin and outN.bin, or a file of `smelt golden`; of a front end, samples to run on. In a cross build it runs in
# CMAKE_CROSSCOMPILING_EMULATOR. MAIN replaces the emitted main, which prints and returns 0 or 1, by
# sources that call NAME_golden_check.
include_guard(GLOBAL)

set(SMELT_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

# Emits FILES into a folder of this build's, with a stamp that is newer than all they come from:
# files that stay the same keep their time, so that nothing is compiled in vain.
function(_smelt_emit what folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "COMMAND;FILES")
  list(TRANSFORM arg_FILES PREPEND ${folder}/)
  add_custom_command(
    OUTPUT ${folder}.stamp
    BYPRODUCTS ${arg_FILES}
    COMMAND smelt::smelt ${arg_COMMAND} -o ${folder} --depfile ${folder}.stamp.d
    COMMAND ${CMAKE_COMMAND} -E touch ${folder}.stamp
    DEPENDS smelt::smelt
    DEPFILE ${folder}.stamp.d
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Compiling ${what}"
    VERBATIM)
endfunction()

# The library NAME with what the command emits, made from WHAT.
function(_smelt_add_library name what)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/smelt/${name})
  _smelt_emit(${what} ${folder} COMMAND ${ARGN}
              FILES ${name}.h ${name}.cpp ${name}_weights.h ${name}_weights.cpp)
  add_custom_target(${name}_smelt DEPENDS ${folder}.stamp)

  add_library(${name} STATIC ${folder}/${name}.cpp ${folder}/${name}_weights.cpp)
  add_dependencies(${name} ${name}_smelt)
  target_include_directories(${name} SYSTEM INTERFACE ${folder})
  target_include_directories(${name} PRIVATE ${folder})
  target_compile_features(${name} PRIVATE cxx_std_14)
  set_target_properties(${name} PROPERTIES SMELT_COMMAND "${ARGN}")
endfunction()

function(smelt_add_model name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;TARGET;RAM;FLASH" "OPTIONS")
  if(NOT arg_MODEL OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: smelt_add_model(NAME MODEL FILE [TARGET DEVICE] [RAM SIZE] "
                        "[FLASH SIZE] [OPTIONS OPTION...]); not understood: "
                        "${arg_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(model ${arg_MODEL} ABSOLUTE)
  set(command compile ${model} --name ${name} ${arg_OPTIONS})
  foreach(option TARGET RAM FLASH)
    if(arg_${option})
      string(TOLOWER ${option} lower)
      list(APPEND command --${lower} ${arg_${option}})
    endif()
  endforeach()
  _smelt_add_library(${name} ${arg_MODEL} ${command})
  if(arg_FLASH)
    _smelt_check_flash(${name} ${arg_FLASH})
  endif()
endfunction()

function(smelt_add_features name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: smelt_add_features(NAME [OPTIONS OPTION...]); not understood: "
                        "${arg_UNPARSED_ARGUMENTS}")
  endif()
  _smelt_add_library(${name} ${name} features --name ${name} ${arg_OPTIONS})
endfunction()

# Fails the build if the code and constants of a library are more than a budget.
function(_smelt_check_flash name budget)
  get_filename_component(folder ${CMAKE_CXX_COMPILER} DIRECTORY)
  get_filename_component(compiler ${CMAKE_CXX_COMPILER} NAME)
  string(REGEX REPLACE "(g|clang|c)\\+\\+.*$" "size" size ${compiler})
  find_program(SMELT_SIZE NAMES ${size} size llvm-size HINTS ${folder} REQUIRED)
  add_custom_command(
    TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DBUDGET=${budget} -DSIZE=${SMELT_SIZE}
            -DLIBRARY=$<TARGET_FILE:${name}> -P ${SMELT_CMAKE_DIR}/check_flash.cmake
    VERBATIM)
endfunction()

function(smelt_add_golden_test test)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;GOLDEN" "MAIN")
  if(NOT arg_MODEL OR NOT arg_GOLDEN OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: smelt_add_golden_test(TEST MODEL NAME GOLDEN WHERE "
                        "[MAIN SOURCE...]); not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(name ${arg_MODEL})
  if(NOT TARGET ${name})
    message(FATAL_ERROR "smelt_add_golden_test: there is no model ${name}; add it with "
                        "smelt_add_model before")
  endif()
  get_target_property(command ${name} SMELT_COMMAND)
  get_filename_component(golden ${arg_GOLDEN} ABSOLUTE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/smelt/${test})
  _smelt_emit("golden vectors of ${name}" ${folder} COMMAND ${command} --golden ${golden}
              FILES ${name}_golden.cpp)
  add_custom_target(${test}_smelt DEPENDS ${folder}.stamp)

  add_executable(${test} ${folder}/${name}_golden.cpp ${arg_MAIN})
  add_dependencies(${test} ${test}_smelt)
  target_compile_features(${test} PRIVATE cxx_std_14)
  target_link_libraries(${test} PRIVATE ${name})
  if(arg_MAIN)
    string(TOUPPER ${name} upper)
    set_property(SOURCE ${folder}/${name}_golden.cpp
                 APPEND PROPERTY COMPILE_DEFINITIONS ${upper}_GOLDEN_NO_MAIN)
  endif()
  add_test(NAME ${test} COMMAND ${test})
endfunction()
