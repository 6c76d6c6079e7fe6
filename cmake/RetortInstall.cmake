# The programs, the libraries and a CMake package: find_package(retort) gives retort::operator, retort::http and so on.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(RETORT_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/retort")
get_property(modules GLOBAL PROPERTY RETORT_MODULES)

# Libraries built along are found from the program's own place, those that were given to the build where they were.
set_target_properties(retort-cli PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS retort-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
# Models that come with the program are looked for from its own place.
install(FILES models/countdown.gguf models/countdown.md
  DESTINATION "${CMAKE_INSTALL_BINDIR}/../share/retort/models")
# `retort train` looks for it beside itself.
if(TARGET retort-train)
  install(TARGETS retort-train RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(TARGETS ${modules} EXPORT retortTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT retortTargets NAMESPACE retort:: DESTINATION "${RETORT_PACKAGE_DIR}")

# Headers keep their folders ("operator/engine.h"). Those of the programs and those that say "Not public." stay here.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/src/*.h")
foreach(header IN LISTS headers)
  file(STRINGS "${PROJECT_SOURCE_DIR}/src/${header}" not_public REGEX "^//.*Not public\\." LIMIT_COUNT 1)
  if(NOT header MATCHES "^(cli|train)/" AND NOT not_public)
    get_filename_component(folder "${header}" DIRECTORY)
    install(FILES "${PROJECT_SOURCE_DIR}/src/${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/retort/${folder}")
  endif()
endforeach()

configure_package_config_file(cmake/retortConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/retortConfig.cmake"
  INSTALL_DESTINATION "${RETORT_PACKAGE_DIR}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/retortConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/retortConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/retortConfigVersion.cmake"
  DESTINATION "${RETORT_PACKAGE_DIR}")
install(FILES LICENSE NOTICE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
