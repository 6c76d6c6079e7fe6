#include "train/net/cpu/gemm.h"

#include <dnnl.h>

#include <stdexcept>

namespace retort::train::cpu {
namespace {

void sgemm(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b,
           RowsOut c, Into into) {
    const float beta = into == Into::added ? 1 : 0;
    const dnnl_status_t status = dnnl_sgemm(transpose_a, transpose_b, m, n, k, 1, a.values, a.stride, b.values,
                                            b.stride, beta, c.values, c.stride);
    if (status != dnnl_success) throw std::runtime_error("oneDNN refused a matrix product");
}

}  // namespace

std::string product_library() {
    const dnnl_version_t* version = dnnl_version();
    return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
           std::to_string(version->patch);
}

void multiply_by_transposed(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c, Into into) {
    sgemm('N', 'T', m, n, k, a, b, c, into);
}

void multiply(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c, Into into) {
    sgemm('N', 'N', m, n, k, a, b, c, into);
}

void multiply_transposed(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c, Into into) {
    sgemm('T', 'N', m, n, k, a, b, c, into);
}

}  // namespace retort::train::cpu
