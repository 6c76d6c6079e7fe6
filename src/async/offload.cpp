#include "async/offload.h"

#include <algorithm>
#include <thread>

namespace retort {

asio::thread_pool& offload_pool() {
    static asio::thread_pool pool(std::max(1U, std::thread::hardware_concurrency()));
    return pool;
}

}  // namespace retort
