# Writes a C++ source that holds the text of every runtime header.
#   cmake -DOUTPUT=file -DDIRECTORY=runtime-min -P embed_runtime.cmake
file(GLOB_RECURSE headers RELATIVE ${DIRECTORY} ${DIRECTORY}/smelt/*.h)
list(SORT headers)
set(rows "")
foreach(header ${headers})
  file(READ ${DIRECTORY}/${header} text)
  string(APPEND rows "    {\"${header}\", R\"smelt_text(${text})smelt_text\"sv},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from runtime-min. Do not edit.
#include \"codegen/runtime_files.h\"

using namespace std::string_view_literals;  // which know their length

namespace smelt {
namespace {

struct File {
  std::string_view name, text;
};

constexpr File files[] = {
${rows}};

}  // namespace

std::string_view runtime_file(std::string_view name) {
  for (const File& file : files)
    if (file.name == name) return file.text;
  return {};
}

}  // namespace smelt
")
