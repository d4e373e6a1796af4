# SPDX-License-Identifier: Apache-2.0
#
# From BOARD, a name in boards.json: compiler and linker options for everything in this folder, the
# emulator that tests run in, BOARD_TARGET, the device class to compile models for, the library
# `board`, with its start-up code, and
#
#   add_board_golden_test(TEST MODEL NAME GOLDEN WHERE)
#
# which is smelt_add_golden_test on the board. Any main serves that calls NAME_golden_check; this one
# measures besides.
set(BOARD_DIR ${CMAKE_CURRENT_LIST_DIR})
set(boards_file ${CMAKE_CURRENT_LIST_DIR}/boards.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${boards_file})
file(READ ${boards_file} boards)

# The list at a path in boards.json.
function(read_list result)
  string(JSON count LENGTH ${boards} ${ARGN})
  set(list)
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON item GET ${boards} ${ARGN} ${index})
      list(APPEND list ${item})
    endforeach()
  endif()
  set(${result} ${list} PARENT_SCOPE)
endfunction()

# Options that tell link.ld where memories are; boards without them use their toolchain's script.
function(read_memories result)
  string(JSON vectors ERROR_VARIABLE none GET ${boards} boards ${BOARD} vectors)
  set(options)
  if(NOT none)
    read_list(flash boards ${BOARD} flash)
    read_list(ram boards ${BOARD} ram)
    list(APPEND options -Wl,--defsym=vectors_origin=${vectors} -T${CMAKE_CURRENT_LIST_DIR}/link.ld)
    foreach(memory flash ram)
      list(GET ${memory} 0 origin)
      list(GET ${memory} 1 bytes)
      list(APPEND options -Wl,--defsym=${memory}_origin=${origin}
                          -Wl,--defsym=${memory}_bytes=${bytes})
    endforeach()
  endif()
  set(${result} ${options} PARENT_SCOPE)
endfunction()

string(JSON toolchain ERROR_VARIABLE unknown GET ${boards} boards "${BOARD}" toolchain)
if(unknown)
  message(FATAL_ERROR "There is no board '${BOARD}' in boards.json")
elseif(NOT CMAKE_C_COMPILER MATCHES "${toolchain}-gcc$")
  message(FATAL_ERROR "${BOARD} needs -DCMAKE_TOOLCHAIN_FILE=toolchains/${toolchain}.cmake")
endif()
string(JSON BOARD_TARGET GET ${boards} boards ${BOARD} target)

read_list(flags boards ${BOARD} flags)
read_list(compile toolchains ${toolchain} compile)
read_list(compile_model compile_model)
read_list(compile_start compile_start)
read_list(link link)
read_list(link_toolchain toolchains ${toolchain} link)
read_memories(memories)
add_compile_options(${compile} ${flags} "$<$<COMPILE_LANGUAGE:CXX>:${compile_model}>")
add_link_options(${compile} ${flags} ${link} ${link_toolchain} ${memories})

read_list(emulator toolchains ${toolchain} emulator)
read_list(machine boards ${BOARD} machine)
read_list(load toolchains ${toolchain} load)
set(CMAKE_CROSSCOMPILING_EMULATOR ${emulator} ${machine} ${load})

read_list(sources toolchains ${toolchain} sources)
list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/src/)
# Objects, so that vectors are linked though nothing calls them.
add_library(board OBJECT ${sources})
target_compile_options(board PRIVATE ${compile_start})
target_include_directories(board PUBLIC ${BOARD_DIR}/src)

function(add_board_golden_test test)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;GOLDEN" "")
  smelt_add_golden_test(${test} MODEL ${arg_MODEL} GOLDEN ${arg_GOLDEN}
                        MAIN ${BOARD_DIR}/src/check.cpp)
  target_compile_definitions(${test} PRIVATE MODEL=${arg_MODEL} BOARD=${BOARD})
  target_link_libraries(${test} PRIVATE board m)
  target_link_options(${test} PRIVATE -Wl,--wrap=${arg_MODEL}_run)
  # The C++ library is not needed, and not everywhere to be had.
  set_target_properties(${test} PROPERTIES LINKER_LANGUAGE C)
  # Not every emulator hands on the exit code.
  set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION " rc=0 " TIMEOUT 60)
endfunction()
