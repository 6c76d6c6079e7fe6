// The journal's tables. DESIGN and docs/decisions say why it is SQLite; README.md here what the ids mean.
#pragma once

#include "record/database.h"

namespace retort {

// "RTRT": the file is a Retort journal. Stands in the SQLite header.
inline constexpr std::int64_t kApplicationId = 0x52545254;
inline constexpr std::int64_t kSchemaVersion = 1;

enum class SchemaState {
    empty,    // no table at all: a new file
    ours,     // exactly the tables of this version
    foreign,  // another program's database
    newer,    // written by a later version of this program
    damaged,  // ours by its header, but not the tables that it should have
};
SchemaState schema_state(Database& database);

void create_schema(Database& database);

}  // namespace retort
