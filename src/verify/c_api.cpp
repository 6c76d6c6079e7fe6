#include "verify/c_api.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include "verify/answer.h"
#include "verify/verdict.h"

namespace {

constexpr auto kNone = static_cast<std::size_t>(-1);

std::string_view view(const char* text, std::size_t size) {
    return text == nullptr ? std::string_view() : std::string_view(text, size);
}

int number_of(retort::Verdict verdict) {
    switch (verdict) {
        case retort::Verdict::equal:
            return RETORT_VERIFY_EQUAL;
        case retort::Verdict::different:
            return RETORT_VERIFY_DIFFERENT;
        case retort::Verdict::unknown:
            break;
    }
    return RETORT_VERIFY_UNKNOWN;
}

std::size_t copy_out(const std::string& text, char* buffer, std::size_t capacity) {
    if (buffer != nullptr && capacity > 0 && !text.empty())
        std::memcpy(buffer, text.data(), std::min(text.size(), capacity));
    return text.size();
}

}  // namespace

// No exception may cross into another language; the only one there is says that memory is out.

int retort_verify(const char* reference, std::size_t reference_size, const char* text, std::size_t text_size,
                  retort_verify_result* result) {
    if (result == nullptr) return -1;
    *result = {RETORT_VERIFY_UNKNOWN, "unparsed"};
    if (reference == nullptr || text == nullptr) return -1;
    try {
        const retort::Comparison judged = retort::judge(view(reference, reference_size), view(text, text_size));
        *result = {number_of(judged.verdict), retort::name(judged.stage).data()};  // names are literals
        return 0;
    } catch (const std::bad_alloc&) {
        return -1;
    }
}

std::size_t retort_verify_explain(const char* reference, std::size_t reference_size, const char* text,
                                  std::size_t text_size, char* buffer, std::size_t capacity) {
    try {
        return copy_out(retort::explain(view(reference, reference_size), view(text, text_size)), buffer, capacity);
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

std::size_t retort_verify_extract(const char* text, std::size_t text_size, char* buffer, std::size_t capacity) {
    try {
        const auto answer = retort::extract_answer(view(text, text_size));
        return answer ? copy_out(*answer, buffer, capacity) : kNone;
    } catch (const std::bad_alloc&) {
        return kNone;
    }
}
