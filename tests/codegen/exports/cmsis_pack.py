#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Open-CMSIS-Packs: the description by the rules of PACK.xsd 1.7.32 for the elements in use; every
file that it lists is there; its component built with each of its templates, and run.

    cmsis_pack.py --smelt PROGRAM MODEL...
"""

import re
import sys
import xml.etree.ElementTree as xml

import common
from common import check

CHILDREN = {"vendor", "name", "description", "url", "license", "releases", "keywords", "conditions",
            "components"}
NAME = r"[-_A-Za-z0-9]+"
COMPILERS = {("GCC", None), ("CLANG", None), ("ARMCC", "AC6"), ("ARMCC", "AC6LTO")}


def description(library):
    (path,) = [path for path in library.files if path.endswith(".pdsc")]
    return path, xml.fromstring(library.files[path])


def check_metadata(library, version):
    path, package = description(library)
    text = {child.tag: child.text for child in package}
    check(package.tag == "package" and set(text) == CHILDREN and len(package) == len(CHILDREN),
          f"elements of the package: {[child.tag for child in package]}")
    check(package.get("schemaVersion") == "1.7.32", "schemaVersion")
    check(path == f"{text['vendor']}.{text['name']}.pdsc" and re.fullmatch(NAME, text["vendor"]) and
          re.fullmatch(NAME, text["name"]), f"names: {path}")
    check(text["license"] in library.files, f"license {text['license']}")
    # Brief descriptions have at most 256 characters.
    check(all(element.text and len(element.text) <= 256 for element in package.iter("description")),
          "descriptions")
    (release,) = package.find("releases")
    check(release.attrib == {"version": version} and release.text, f"release {release.attrib}")
    (condition,) = package.find("conditions")
    accepted = {(each.get("Tcompiler"), each.get("Toptions")) for each in condition.iter("accept")}
    check(accepted == COMPILERS, f"compilers {accepted}")
    (component,) = package.find("components")
    check(set(component.attrib) == {"Cclass", "Cgroup", "Csub", "Cversion", "condition"} and
          component.get("Cversion") == version and component.get("condition") == condition.get("id")
          and all(3 <= len(component.get(part)) <= 32 for part in ("Cclass", "Cgroup", "Csub")),
          f"component {component.attrib}")
    check([child.tag for child in component] == ["description", "files"], "elements of a component")
    listed = [file.get("name") for file in component.iter("file")]
    check(len(set(listed)) == len(listed), f"files {listed}")
    for file in component.iter("file"):
        check_file(library, file)
    # Nothing that is compiled is left out.
    compiled = {name for name in library.files if name.endswith(".cpp")}
    check(compiled <= set(listed), f"not listed: {compiled - set(listed)}")


def check_file(library, file):
    name, category = file.get("name"), file.get("category")
    if category == "include":
        check(name.endswith("/") and (library.folder / name).is_dir(), f"include path {name}")
    else:
        check(name in library.files, f"{name} is not there")
        check(category == ("header" if name.endswith(".h") else "source"), f"{name}: {category}")
    sample = name.startswith("templates/")
    check(file.get("attr") == ("template" if sample else None) and
          bool(file.get("select")) == sample, f"{name}: attr and select")
    check(set(file.attrib) <= {"category", "name", "attr", "select"}, f"{name}: {file.attrib}")


def check_model(smelt, model, extra, expected, scratch):
    library = common.Library(smelt, "cmsis-pack", model, scratch / "pack", *extra)
    check_metadata(library, "1.0.0")
    files = list(description(library)[1].iter("file"))
    include = [f"-I{library.folder / file.get('name')}" for file in files
               if file.get("category") == "include"]
    sources = [library.folder / file.get("name") for file in files
               if file.get("category") == "source" and not file.get("attr")]
    templates = [file.get("name") for file in files if file.get("attr") == "template"]
    check(len(templates) == (2 if library.golden else 1), f"templates {templates}")
    for template in templates:
        # Copied into the project.
        main = scratch / "main.cpp"
        main.write_text(library.files[template])
        if not common.build("g++", "-O1", *common.WARNINGS, *include, main, *sources, "-o",
                            scratch / "program", what=template):
            continue
        done = common.run(scratch / "program")
        if "golden" in template:
            check(done.returncode == 0 and ", 0 failed" in done.stdout,
                  f"{template}: {done.stdout}")
        else:
            check(done.returncode == 0, f"{template}: {done.returncode}")
            common.check_outputs(done.stdout, expected, template)


if __name__ == "__main__":
    sys.exit(common.main("cmsis-pack", check_model, check_metadata))
