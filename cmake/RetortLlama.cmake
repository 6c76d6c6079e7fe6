# llama.cpp, by the first of these that is there: an installed package, a folder given by the user, the pinned release.
# Gives the target retort_llama_cpp to link. docs/decisions/ says why it is done so.
set(RETORT_LLAMA_SOURCE "" CACHE PATH "Folder of llama.cpp's source, instead of the pinned release")
option(RETORT_LLAMA_TOOLS "Also build llama-server, llama-batched-bench and llama-quantize (for tests and benchmarks)" OFF)

# The same source by both ways: the release of the Python binding carries this commit.
set(RETORT_LLAMA_COMMIT 0c1e57098bba43ac29e6e3b677cdceebdd22334f)
set(RETORT_LLAMA_GIT https://github.com/ggml-org/llama.cpp.git)
set(RETORT_LLAMA_SDIST llama-cpp-python==0.3.36)
set(RETORT_LLAMA_SDIST_FILE llama_cpp_python-0.3.36.tar.gz)
set(RETORT_LLAMA_SDIST_SHA256 832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e)

# Shared by all build folders of this user, so that a second one downloads nothing.
if(DEFINED ENV{XDG_CACHE_HOME})
  set(RETORT_LLAMA_CACHE "$ENV{XDG_CACHE_HOME}/retort/src")
else()
  set(RETORT_LLAMA_CACHE "$ENV{HOME}/.cache/retort/src")
endif()

# By git, only when the repository answers within seconds.
function(retort_llama_by_git folder)
  find_program(RETORT_GIT git)
  if(NOT RETORT_GIT)
    return()
  endif()
  set(ENV{GIT_TERMINAL_PROMPT} 0)
  execute_process(COMMAND ${RETORT_GIT} ls-remote --exit-code ${RETORT_LLAMA_GIT} HEAD
    TIMEOUT 8 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(NOT failed EQUAL 0)
    message(STATUS "llama.cpp: ${RETORT_LLAMA_GIT} is out of reach")
    return()
  endif()
  file(MAKE_DIRECTORY "${folder}")
  foreach(step "init;-q" "fetch;-q;--depth;1;${RETORT_LLAMA_GIT};${RETORT_LLAMA_COMMIT}" "checkout;-q;FETCH_HEAD")
    execute_process(COMMAND ${RETORT_GIT} ${step} WORKING_DIRECTORY "${folder}" TIMEOUT 300 RESULT_VARIABLE failed)
    if(NOT failed EQUAL 0)
      file(REMOVE_RECURSE "${folder}")
      return()
    endif()
  endforeach()
endfunction()

# From the source distribution of the Python binding, which carries the whole of llama.cpp.
function(retort_llama_by_pip folder)
  find_program(RETORT_PYTHON python3)
  if(NOT RETORT_PYTHON)
    message(STATUS "llama.cpp: no python3, so that pip cannot fetch its source")
    return()
  endif()
  set(download "${folder}.download")
  message(STATUS "llama.cpp: fetching its source inside ${RETORT_LLAMA_SDIST} (77 MB)")
  # Only its own package as source: pip asks it for its metadata, with build tools that may come as wheels.
  execute_process(
    COMMAND ${RETORT_PYTHON} -m pip download -q --disable-pip-version-check --no-deps --no-binary llama-cpp-python -d "${download}"
      ${RETORT_LLAMA_SDIST}
    TIMEOUT 600 RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(archive "${download}/${RETORT_LLAMA_SDIST_FILE}")
  if(NOT failed EQUAL 0 OR NOT EXISTS "${archive}")
    message(STATUS "llama.cpp: pip could not fetch it: ${said}")
    file(REMOVE_RECURSE "${download}")
    return()
  endif()
  file(SHA256 "${archive}" found)
  if(NOT found STREQUAL RETORT_LLAMA_SDIST_SHA256)
    file(REMOVE_RECURSE "${download}")
    message(FATAL_ERROR "${RETORT_LLAMA_SDIST_FILE}: expected SHA-256 ${RETORT_LLAMA_SDIST_SHA256}, found ${found}. "
      "It was removed; give a source by -DRETORT_LLAMA_SOURCE=FOLDER.")
  endif()
  file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${download}" PATTERNS "*/vendor/llama.cpp/*")
  string(REPLACE ".tar.gz" "" stem ${RETORT_LLAMA_SDIST_FILE})
  file(RENAME "${download}/${stem}/vendor/llama.cpp" "${folder}")
  file(REMOVE_RECURSE "${download}")
endfunction()

# The folder of the source, fetched where it is not in the cache yet.
function(retort_llama_source out)
  if(RETORT_LLAMA_SOURCE)
    if(NOT EXISTS "${RETORT_LLAMA_SOURCE}/include/llama.h")
      message(FATAL_ERROR "RETORT_LLAMA_SOURCE: expected a folder with include/llama.h, found none in ${RETORT_LLAMA_SOURCE}")
    endif()
    set(${out} "${RETORT_LLAMA_SOURCE}" PARENT_SCOPE)
    return()
  endif()
  set(folder "${RETORT_LLAMA_CACHE}/llama.cpp-${RETORT_LLAMA_COMMIT}")
  if(NOT EXISTS "${folder}/include/llama.h")
    # Fetched under another name and renamed when whole, since several configurations may run at a time.
    string(RANDOM LENGTH 8 unique)
    set(partial "${folder}.${unique}")
    retort_llama_by_git("${partial}")
    if(NOT EXISTS "${partial}/include/llama.h")
      retort_llama_by_pip("${partial}")
    endif()
    if(NOT EXISTS "${partial}/include/llama.h")
      message(FATAL_ERROR "llama.cpp was not found: install it, or give its source by -DRETORT_LLAMA_SOURCE=FOLDER, or build "
        "without the in-process engine by -DRETORT_LLAMA=OFF.")
    endif()
    file(RENAME "${partial}" "${folder}" RESULT ignored)  # fails where another was faster
    file(REMOVE_RECURSE "${partial}")
  endif()
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

# All targets of a folder and those below it that are programs or libraries of llama.cpp's tools stay out of "all", but
# for the wanted ones and what these need.
function(retort_llama_only_wanted folder)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    if(NOT target IN_LIST ARGN)
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
  get_property(below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(sub IN LISTS below)
    retort_llama_only_wanted("${sub}" ${ARGN})
  endforeach()
endfunction()

# Options are set here and not in the cache, so that they hold for llama.cpp alone. It is always optimised, and our
# sanitizers stay out of it.
function(retort_llama_build source)
  set(BUILD_SHARED_LIBS ON)
  set(GGML_BACKEND_DL ON)        # the CPU's library is chosen at run time ...
  set(GGML_CPU_ALL_VARIANTS ON)  # ... among one for each generation of CPUs
  set(GGML_NATIVE OFF)
  set(GGML_OPENMP OFF)           # our threads, and LibTorch's elsewhere, are enough
  set(GGML_BUILD_TESTS OFF)
  set(GGML_BUILD_EXAMPLES OFF)
  set(LLAMA_BUILD_TESTS OFF)
  set(LLAMA_BUILD_EXAMPLES OFF)
  set(LLAMA_BUILD_APP OFF)
  set(LLAMA_BUILD_UI OFF)
  set(LLAMA_USE_PREBUILT_UI OFF)
  set(LLAMA_OPENSSL OFF)
  set(LLAMA_FATAL_WARNINGS OFF)
  set(LLAMA_ALL_WARNINGS OFF)
  set(LLAMA_TOOLS_INSTALL OFF)
  foreach(part COMMON TOOLS SERVER)
    set(LLAMA_BUILD_${part} ${RETORT_LLAMA_TOOLS})
  endforeach()
  foreach(language C CXX)
    set(CMAKE_${language}_FLAGS_DEBUG "-O3 -DNDEBUG")
    set(CMAKE_${language}_FLAGS_RELWITHDEBINFO "-O3 -DNDEBUG")
  endforeach()
  set(CMAKE_EXPORT_COMPILE_COMMANDS OFF)
  get_property(compile_options DIRECTORY PROPERTY COMPILE_OPTIONS)
  get_property(link_options DIRECTORY PROPERTY LINK_OPTIONS)
  set_property(DIRECTORY PROPERTY COMPILE_OPTIONS -w)
  set_property(DIRECTORY PROPERTY LINK_OPTIONS "")
  add_subdirectory("${source}" "${CMAKE_BINARY_DIR}/llama.cpp")
  set_property(DIRECTORY PROPERTY COMPILE_OPTIONS "${compile_options}")
  set_property(DIRECTORY PROPERTY LINK_OPTIONS "${link_options}")
  if(RETORT_LLAMA_TOOLS)
    retort_llama_only_wanted("${source}/tools" llama-server llama-batched-bench llama-quantize mtmd)
  endif()
endfunction()

# Programs find the libraries beside them in the build, and in ../lib when installed.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
include(GNUInstallDirs)
if(NOT DEFINED CMAKE_INSTALL_RPATH)
  set(CMAKE_INSTALL_RPATH "$ORIGIN;$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()

find_package(llama CONFIG QUIET)
if(llama_FOUND)
  message(STATUS "llama.cpp: installed in ${llama_DIR} (version ${LLAMA_VERSION})")
else()
  retort_llama_source(RETORT_LLAMA_FOLDER)
  message(STATUS "llama.cpp: built along from ${RETORT_LLAMA_FOLDER}")
  retort_llama_build("${RETORT_LLAMA_FOLDER}")
endif()

add_library(retort_llama_cpp INTERFACE)
target_link_libraries(retort_llama_cpp INTERFACE llama)
