#include "train/tasks/teacher.h"

#include "train/tasks/countdown_parts_teacher.h"
#include "train/tasks/countdown_teacher.h"

namespace retort::train {

Outcome<std::unique_ptr<Teacher>> make_teacher(const std::string& task) {
    if (task == "countdown") return std::make_unique<CountdownTeacher>();
    if (task == "countdown-parts") return std::make_unique<CountdownPartsTeacher>();
    return Error{ErrorKind::usage, "no task \"" + task + "\" to teach: expected countdown or countdown-parts"};
}

}  // namespace retort::train
