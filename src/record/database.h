// SQLite, as far as the journal needs it. Inside this module failures are DatabaseError; the journal's public functions
// turn them into values. A Database and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace retort {

class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
    int code() const { return code_; }  // SQLite's primary result code
    bool disk_full() const;
    bool busy() const;  // another program or connection has the file
    bool not_a_database() const;
    bool corrupt() const;

  private:
    int code_;
};

// What stands in a row cannot have been written by us.
[[noreturn]] void throw_corrupt(const std::string& what);

class Database {
  public:
    enum class Access {
        write,      // creates the file when it is not there
        read,       // never writes; may tidy up after a process that died
        untouched,  // the file alone, as it stands: for folders that may not be written
    };
    Database(const std::string& path, Access access);

    // Runs statements that give no rows.
    void execute(const std::string& sql);

    // The first column of the first row of a query, such as a PRAGMA; 0 or "" when there is none.
    std::int64_t integer(const std::string& sql);
    std::string text(const std::string& sql);

    // From now on rows can be inserted and read only; nothing is updated, deleted or dropped.
    void allow_inserts_only();

    sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

struct Blob {
    std::string_view bytes;
};

// A prepared statement, used again and again. Views that are bound must live until the rows have been read.
class Statement {
  public:
    Statement(const Database& database, std::string_view sql);

    template <class... Values>
    Statement& bind(const Values&... values) {
        reset();
        int index = 0;
        (bind_value(++index, values), ...);
        return *this;
    }

    bool step();  // true: a row is there
    void run();   // to the end
    void reset();

    // Columns of the row, from 0. Views are valid until the next step.
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view bytes(int column) const;
    std::string text(int column) const { return std::string(bytes(column)); }

  private:
    void bind_value(int index, std::int64_t value);
    void bind_value(int index, int value) { bind_value(index, std::int64_t{value}); }
    void bind_value(int index, std::uint32_t value) { bind_value(index, std::int64_t{value}); }
    void bind_value(int index, bool value) { bind_value(index, std::int64_t{value}); }
    void bind_value(int index, double value);
    void bind_value(int index, std::string_view value);
    void bind_value(int index, const std::string& value) { bind_value(index, std::string_view(value)); }
    void bind_value(int index, const char* value) { bind_value(index, std::string_view(value)); }
    void bind_value(int index, Blob value);
    void bind_value(int index, std::nullptr_t);
    template <class T>
    void bind_value(int index, const std::optional<T>& value) {
        if (value)
            bind_value(index, *value);
        else
            bind_value(index, nullptr);
    }
    void check(int code) const;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A transaction that is rolled back unless it is committed.
class Transaction {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

}  // namespace retort
