// One HTTP call on its way: the state that libcurl's callbacks write to. Private to the client.
#pragma once

#include <curl/curl.h>

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <exception>

#include "async/gate.h"
#include "model/http/http_client.h"

namespace retort {

// Lives in the frame of HttpClient::send.
struct Transfer : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    using Clock = std::chrono::steady_clock;

    Transfer(asio::any_io_executor executor, HttpRequest&& asked, OnBody&& body)
        : request(std::move(asked)), on_body(std::move(body)), done(std::move(executor)) {}

    HttpRequest request;
    OnBody on_body;
    HttpResult result;
    Gate done;
    CURL* easy = nullptr;
    curl_slist* header_lines = nullptr;
    std::exception_ptr thrown;  // by on_body
    Clock::time_point last_byte = Clock::now();
    Clock::time_point hang_up_at = Clock::time_point::max();  // after `enough`
    int times_sent = 0;
    bool added = false;   // to the multi handle
    bool enough = false;  // on_body wants no more
    bool upload_freed = false;

    void touched() { last_byte = Clock::now(); }
};

// Sets every option of the transfer's easy handle; the callbacks write into the transfer.
void set_options(Transfer& transfer);

// Gives the request's body back once it is sent: waiting for a long answer is no reason to hold the prompt in memory.
void free_upload(Transfer& transfer);

// What libcurl's result code means for the caller.
void conclude(Transfer& transfer, CURLcode code);

}  // namespace retort
