# Writes a C++ source that holds the text of files, and a function that gives it by their names:
#   cmake -DOUTPUT=file -DDIRECTORY=runtime-min -DPATTERNS=*.h
#         -DHEADER=codegen/runtime_files.h -DFUNCTION=smelt::runtime_file -P embed_files.cmake
# HEADER declares FUNCTION.
list(TRANSFORM PATTERNS PREPEND ${DIRECTORY}/)
file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${PATTERNS})
list(SORT files)
set(rows "")
foreach(name ${files})
  file(READ ${DIRECTORY}/${name} text)
  string(APPEND rows "    {\"${name}\", R\"smelt_text(${text})smelt_text\"sv},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated. Do not edit.
#include \"${HEADER}\"

using namespace std::string_view_literals;  // which know their length

namespace {

struct File {
  std::string_view name, text;
};

constexpr File files[] = {
${rows}};

}  // namespace

std::string_view ${FUNCTION}(std::string_view name) {
  for (const File& file : files)
    if (file.name == name) return file.text;
  return {};
}
")
