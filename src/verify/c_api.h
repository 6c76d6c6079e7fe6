/* The verifier for other languages: plain C, in the shared library libretort_verify. Texts are bytes with a length
 * (UTF-8 is expected, anything is accepted) and need no final zero. Every function may be called from any thread at any
 * time, keeps no state, sets no signals, reads no clock and does bounded work.
 *
 *     struct retort_verify_result r;
 *     if (retort_verify("1/2", 3, "so \\boxed{0.5}", 14, &r) == 0 && r.verdict == RETORT_VERIFY_EQUAL) ...
 */
#ifndef RETORT_VERIFY_C_API_H
#define RETORT_VERIFY_C_API_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RETORT_VERIFY_EQUAL = 0, RETORT_VERIFY_DIFFERENT = 1, RETORT_VERIFY_UNKNOWN = 2 };

struct retort_verify_result {
    int verdict;       /* one of the above */
    const char* stage; /* what decided, as in `retort verify`; lives as long as the library */
};

/* Judges a whole answer text or a bare value against a reference. 0; -1 for a null pointer or when memory is out, and
 * then the result is "unknown". */
int retort_verify(const char* reference, size_t reference_size, const char* text, size_t text_size,
                  struct retort_verify_result* result);

/* The reason, a sentence. Writes at most `capacity` bytes, no final zero; returns the bytes that there are, 0 when
 * memory is out. */
size_t retort_verify_explain(const char* reference, size_t reference_size, const char* text, size_t text_size,
                             char* buffer, size_t capacity);

/* The answer in a text, at most 4,096 bytes. As above; (size_t)-1 when there is none. */
size_t retort_verify_extract(const char* text, size_t text_size, char* buffer, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
