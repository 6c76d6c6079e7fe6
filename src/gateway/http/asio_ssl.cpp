// Asio's TLS, compiled once (BOOST_ASIO_SEPARATE_COMPILATION); the rest of it is in async/asio.cpp.
#include <boost/asio/ssl/impl/src.hpp>
