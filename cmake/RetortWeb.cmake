# The built page of reports, inside the program: a build needs no Node. Rebuilt when the page changes.
set(page "${PROJECT_SOURCE_DIR}/web/report/dist/report.html")
set(source "${PROJECT_SOURCE_DIR}/web/report_page.cpp")

retort_module(web SOURCES "${source}")
target_include_directories(retort_web PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/web>")
set_source_files_properties("${source}" PROPERTIES
  COMPILE_DEFINITIONS "RETORT_REPORT_PAGE=\"${page}\""
  OBJECT_DEPENDS "${page}")
unset(page)
unset(source)
