# C++20 with warnings as errors for our own code, and the compilers that are known to compile coroutines wrongly refused.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines silently. Use clang 19 "
    "(-DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19, or a preset) or GCC 13 and newer.")
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(RETORT_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")
if(RETORT_SANITIZE)
  add_compile_options(-fsanitize=${RETORT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RETORT_SANITIZE})
endif()

option(RETORT_WERROR "Warnings are errors in our own code" ON)

find_program(RETORT_CCACHE ccache)
if(RETORT_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${RETORT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${RETORT_CCACHE}")
endif()

set(RETORT_TIDY "" CACHE STRING "clang-tidy to run over our own sources as they are compiled, e.g. clang-tidy-19")

# Settings of our own targets: warnings, tidying and the fuzzer's counters stay away from third-party code.
function(retort_settings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<BOOL:${RETORT_WERROR}>:-Werror> $<$<BOOL:${RETORT_FUZZ}>:-fsanitize=fuzzer-no-link>)
  if(RETORT_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${RETORT_TIDY}")
  endif()
endfunction()

# A module of src/: static library retort_NAME, alias retort::NAME, headers included as "NAME/file.h". PROGRAM: for our
# programs alone, not installed with the library.
function(retort_module name)
  cmake_parse_arguments(ARG "PROGRAM" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(retort_${name} STATIC ${ARG_SOURCES})
  add_library(retort::${name} ALIAS retort_${name})
  set_target_properties(retort_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(retort_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
    "$<INSTALL_INTERFACE:include/retort>")
  target_compile_features(retort_${name} PUBLIC cxx_std_20)
  target_link_libraries(retort_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE})
  retort_settings(retort_${name})
  if(NOT ARG_PROGRAM)
    set_property(GLOBAL APPEND PROPERTY RETORT_MODULES retort_${name})
  endif()
endfunction()
