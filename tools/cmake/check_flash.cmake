# SPDX-License-Identifier: Apache-2.0
#
# cmake -DNAME=... -DLIBRARY=... -DBUDGET=64K -DSIZE=... -P check_flash.cmake: fails if what a static
# library puts into flash, code and constants, is more than the budget. SIZE is a program that
# prints as Berkeley's size does: text (code and constants), data, bss.
execute_process(COMMAND ${SIZE} ${LIBRARY} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n +[0-9]+[\t ]+[0-9]+" rows "\n${text}")
set(flash 0)
foreach(row ${rows})
  string(REGEX MATCHALL "[0-9]+" numbers "${row}")
  list(JOIN numbers " + " sum)
  math(EXPR flash "${flash} + ${sum}")
endforeach()

string(TOUPPER "${BUDGET}" bytes)
string(REGEX REPLACE "K$" " * 1024" bytes "${bytes}")
string(REGEX REPLACE "M$" " * 1024 * 1024" bytes "${bytes}")
math(EXPR bytes "${bytes}")
if(flash GREATER bytes)
  message(FATAL_ERROR "${NAME}: error: needs ${flash} bytes of flash, code and constants, the "
                      "budget is ${bytes}\n"
                      "  note: -Os makes code smaller; fewer channels make constants smaller")
endif()
