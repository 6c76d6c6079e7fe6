# The built pages, inside the program: a build needs no Node. Rebuilt when a page changes.
set(sources)
foreach(name report live)
  set(page "${PROJECT_SOURCE_DIR}/web/${name}/dist/${name}.html")
  set(source "${PROJECT_SOURCE_DIR}/web/${name}_page.cpp")
  string(TOUPPER "${name}" upper)
  set_source_files_properties("${source}" PROPERTIES
    COMPILE_DEFINITIONS "RETORT_${upper}_PAGE=\"${page}\""
    OBJECT_DEPENDS "${page}")
  list(APPEND sources "${source}")
endforeach()

retort_module(web SOURCES ${sources})
target_include_directories(retort_web PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/web>")
unset(sources)
unset(page)
unset(source)
unset(upper)
