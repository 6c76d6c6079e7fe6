# Every library we stand on, in one place. Versions are those that Debian 12 packages; newer ones are accepted.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)

# FLINT has no CMake package on Debian 12, where Arb is a library beside it; newer FLINT holds Arb itself. GMP is called
# by inline functions of their headers.
find_library(RETORT_FLINT flint REQUIRED)
find_library(RETORT_FLINT_ARB NAMES flint-arb arb)
set(RETORT_FLINT_LIBRARIES flint gmp)
if(RETORT_FLINT_ARB)
  get_filename_component(arb "${RETORT_FLINT_ARB}" NAME_WE)
  string(REGEX REPLACE "^lib" "" arb "${arb}")
  list(PREPEND RETORT_FLINT_LIBRARIES ${arb})
endif()

# The sandbox's filter of system calls; it has no CMake package.
find_library(RETORT_SECCOMP seccomp REQUIRED)

if(RETORT_LLAMA)
  include(RetortLlama)
endif()

# The binary form of the Tinker protocol; for the trainer alone.
find_path(RETORT_PROTOZERO_INCLUDE protozero/pbf_message.hpp)
find_path(RETORT_ZSTD_INCLUDE zstd.h)
find_library(RETORT_ZSTD_LIBRARY zstd)
if(RETORT_PROTOZERO_INCLUDE AND RETORT_ZSTD_INCLUDE AND RETORT_ZSTD_LIBRARY)
  add_library(retort_wire INTERFACE)
  target_include_directories(retort_wire SYSTEM INTERFACE "${RETORT_PROTOZERO_INCLUDE}" "${RETORT_ZSTD_INCLUDE}")
  target_compile_definitions(retort_wire INTERFACE PROTOZERO_USE_VIEW=std::string_view)
  target_link_libraries(retort_wire INTERFACE "${RETORT_ZSTD_LIBRARY}")
endif()

# What the trainer computes with: oneDNN's matrix products on CPUs, LibTorch on GPUs. Either will do; without both the
# rest is built all the same.
option(RETORT_TRAIN "Build the trainer, where oneDNN or LibTorch is found" ON)
option(RETORT_TRAIN_TORCH "Let the trainer use LibTorch, where it is found" ON)
set(RETORT_ONEDNN OFF)
set(RETORT_TORCH OFF)
if(RETORT_TRAIN)
  # Debian's oneDNN asks for OpenCL, and ends the configuration where it is missing.
  find_package(OpenCL QUIET)
  if(OpenCL_FOUND)
    find_package(dnnl QUIET CONFIG)
    set(RETORT_ONEDNN ${dnnl_FOUND})
  else()
    message(STATUS "oneDNN is not looked for: its package wants OpenCL (ocl-icd-opencl-dev), which is not here")
  endif()
  if(RETORT_TRAIN_TORCH)
    find_package(Torch QUIET)
    set(RETORT_TORCH ${Torch_FOUND})
  endif()
endif()
if(RETORT_ONEDNN OR RETORT_TORCH)
  set(RETORT_NET ON)
  # What servers give away of a training there is a tar archive.
  find_package(LibArchive REQUIRED)
  if(NOT TARGET retort_wire)
    message(FATAL_ERROR "The trainer needs protozero and zstd (Debian: libprotozero-dev libzstd-dev), or -DRETORT_TRAIN=OFF")
  endif()
else()
  set(RETORT_NET OFF)
endif()
