# Run at every build: the commit, written only where it changed. SOURCE, INPUT, OUTPUT, RETORT_COMPILER and
# RETORT_LLAMA_VERSION are given.
set(RETORT_COMMIT "unknown")
execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty=+changes --abbrev=12 --exclude=*
  OUTPUT_VARIABLE described RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT failed)
  set(RETORT_COMMIT "${described}")
endif()
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
