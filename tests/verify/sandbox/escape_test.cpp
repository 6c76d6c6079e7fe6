// Twelve attempts to get out of the sandbox or to wear the machine down. Each program says what it tried and what came
// of it, so that a test passes only when the attempt was made.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "verify/sandbox/support.h"

namespace retort::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// Python, with one helper: says what an attempt came to.
constexpr const char* kPrelude = R"(
import ctypes, os, signal, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, call):
    try:
        value = call()
    except BaseException as error:
        print(name, 'refused', type(error).__name__, getattr(error, 'errno', ''), flush=True)
    else:
        print(name, 'succeeded', value, flush=True)
def checked(value):
    if value == -1:
        raise OSError(ctypes.get_errno(), 'refused')
    return value
)";

SandboxResult run_python(const std::string& program, SandboxLimits limits = {}) {
    SandboxCommand command;
    command.argv = {"python3", "attempt.py"};
    command.files = {{"attempt.py", kPrelude + program}};
    command.limits = limits;
    return sandbox().run(command);
}

class Escape : public SandboxTest {};

TEST_F(Escape, Network) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(listener, 4), 0);
    ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::string port = std::to_string(ntohs(address.sin_port));
    const SandboxResult result =
        run_python("attempt('loopback', lambda: socket.create_connection(('127.0.0.1', " + port +
                   "), 2))\nattempt('outside', lambda: socket.socket(socket.AF_INET6))\n"
                   "attempt('raw', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))\n");
    EXPECT_THAT(result.output, HasSubstr("loopback refused"));
    EXPECT_THAT(result.output, HasSubstr("outside refused"));
    EXPECT_THAT(result.output, HasSubstr("raw refused"));
    pollfd news{listener, POLLIN, 0};
    EXPECT_EQ(poll(&news, 1, 0), 0) << "a connection came through";
    close(listener);
}

TEST_F(Escape, FileReadOutside) {
    const TempFolder folder;
    std::ofstream(folder.path / "secret") << "the secret";
    fs::permissions(folder.path, fs::perms::all);
    fs::permissions(folder.path / "secret", fs::perms::all);
    const SandboxResult result =
        run_python("for path in ['" + (folder.path / "secret").string() +
                   "', '/etc/passwd', '/etc/shadow', '/root/.bashrc', '/home', '/var/log', '/sys']:\n"
                   "    attempt(path, lambda: open(path).read() if '.' in path or 'e' in path else "
                   "os.listdir(path))\nattempt('root', lambda: sorted(os.listdir('/')))\n");
    EXPECT_THAT(result.output, HasSubstr((folder.path / "secret").string() + " refused FileNotFoundError"));
    EXPECT_THAT(result.output, HasSubstr("/etc/passwd refused FileNotFoundError"));
    EXPECT_THAT(result.output, HasSubstr("/etc/shadow refused"));
    EXPECT_THAT(result.output, HasSubstr("/sys refused"));
    EXPECT_THAT(result.output, HasSubstr("root succeeded"));
    EXPECT_THAT(result.output, Not(HasSubstr("the secret")));
    EXPECT_THAT(result.output, Not(HasSubstr("'root'")));
    EXPECT_THAT(result.output, Not(HasSubstr("'home'")));
}

TEST_F(Escape, FileWriteOutside) {
    const TempFolder folder;
    fs::permissions(folder.path, fs::perms::all);
    const std::string marker = "retort-was-here-" + std::to_string(getpid());
    const SandboxResult result = run_python("for folder in ['" + folder.path.string() +
                                            "', '/', '/usr', '/usr/bin', '/dev', '/etc']:\n    attempt(folder, lambda: "
                                            "open(folder + '/" +
                                            marker +
                                            "', 'w').write('x'))\n"
                                            "attempt('device', lambda: open('/dev/sda', 'w'))\n"
                                            "attempt('shell', lambda: open('/bin/sh', 'a').write('x'))\n"
                                            "attempt('own', lambda: open('/tmp/" +
                                            marker + "', 'w').write('x'))\n");
    for (const std::string& where :
         {folder.path.string(), std::string("/"), std::string("/usr"), std::string("/usr/bin"), std::string("/dev"),
          std::string("/etc"), std::string("device"), std::string("shell")})
        EXPECT_THAT(result.output, HasSubstr(where + " refused")) << result.output;
    EXPECT_THAT(result.output, HasSubstr("own succeeded"));
    EXPECT_TRUE(fs::is_empty(folder.path));
    for (const char* where : {"/", "/usr/", "/usr/bin/", "/tmp/", "/dev/", "/etc/"})
        EXPECT_FALSE(fs::exists(where + marker)) << where;
}

TEST_F(Escape, ForkBomb) {
    SandboxLimits limits;
    limits.wall_s = 10;
    limits.processes = 20;
    const SandboxResult result = run_python(R"(
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except OSError as error:
    print('refused', count, error.errno, flush=True)
)",
                                            limits);
    EXPECT_EQ(result.end, SandboxEnd::exited) << result.reason;
    ASSERT_THAT(result.output, HasSubstr("refused"));
    const int count = std::stoi(result.output.substr(8));
    EXPECT_GT(count, 5);
    EXPECT_LT(count, 20);
    EXPECT_LT(result.wall_s, 8);
}

TEST_F(Escape, MemoryBomb) {
    SandboxLimits limits;
    limits.wall_s = 20;
    limits.memory = std::int64_t{256} << 20;
    const SandboxResult one = run_python("attempt('one', lambda: len(b'x' * (300 << 20)))\n", limits);
    EXPECT_THAT(one.output, HasSubstr("one refused MemoryError"));
    const SandboxResult many = run_python(R"(
print('trying', flush=True)
for _ in range(8):
    if os.fork() == 0:
        kept = [b'x' * (1 << 20) for _ in range(100)]
        time.sleep(60)
time.sleep(60)
)",
                                          limits);
    EXPECT_THAT(many.output, HasSubstr("trying"));
    EXPECT_EQ(many.end, SandboxEnd::out_of_memory) << many.reason;
}

TEST_F(Escape, DiskBomb) {
    SandboxLimits limits;
    limits.disk = std::int64_t{8} << 20;
    const SandboxResult result = run_python(R"(
written = 0
def fill():
    global written
    for name in range(100):
        with open('/tmp/fill' + str(name), 'wb', buffering=0) as out:
            for _ in range(64):
                written += out.write(b'x' * (1 << 16))
attempt('fill', fill)
print('written', written >> 20, 'MiB')
attempt('shared', lambda: open('/dev/shm/x', 'w').write('x'))
attempt('memory file', lambda: os.memfd_create('x'))
)",
                                            limits);
    EXPECT_THAT(result.output, HasSubstr("fill refused OSError 28"));
    EXPECT_THAT(result.output, testing::ContainsRegex("written [678] MiB"));
    EXPECT_THAT(result.output, HasSubstr("shared refused"));
    EXPECT_THAT(result.output, HasSubstr("memory file refused"));
    limits.wall_s = 30;
    const SandboxResult many = run_python(
        "print('trying', flush=True)\nfor name in range(10 ** 6):\n    open('/tmp/' + str(name), 'w').close()\n"
        "print('made all')\n",
        limits);
    EXPECT_THAT(many.output, HasSubstr("trying"));
    EXPECT_THAT(many.output, Not(HasSubstr("made all")));
}

TEST_F(Escape, EndlessOutput) {
    SandboxLimits limits;
    limits.output = 10'000;
    const SandboxResult out = run_python("while True:\n    print('x' * 1000)\n", limits);
    EXPECT_EQ(out.end, SandboxEnd::too_much_output);
    EXPECT_EQ(out.output.size(), 10'000U);
    const SandboxResult error = run_python("while True:\n    print('x' * 1000, file=sys.stderr)\n", limits);
    EXPECT_EQ(error.end, SandboxEnd::too_much_output);
    EXPECT_EQ(error.errors.size(), 10'000U);
}

TEST_F(Escape, Ptrace) {
    const SandboxResult result = run_python(R"(
child = subprocess.Popen(['sleep', '30'])
attempt('attach', lambda: checked(libc.ptrace(16, child.pid, 0, 0)))
attempt('trace me', lambda: checked(libc.ptrace(0, 0, 0, 0)))
attempt('peek', lambda: checked(libc.process_vm_readv(child.pid, 0, 0, 0, 0, 0)))
)");
    EXPECT_THAT(result.output, HasSubstr("attach refused PermissionError 1"));
    EXPECT_THAT(result.output, HasSubstr("trace me refused PermissionError 1"));
    EXPECT_THAT(result.output, HasSubstr("peek refused PermissionError 1"));
}

TEST_F(Escape, ProcessThatOutlivesItsParent) {
    const std::string marker = "outlive" + std::to_string(getpid()) + "x";
    const std::string program = R"(
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork() == 0:
        print('daemon runs', flush=True)
        os.execv('/bin/sh', ['sh', '-c', 'sleep 60; :', ')" +
                                marker + R"('])
    os._exit(0)
time.sleep(0.5)
)";
    const SandboxResult ended = run_python(program);
    EXPECT_THAT(ended.output, HasSubstr("daemon runs"));
    EXPECT_EQ(ended.end, SandboxEnd::exited);
    EXPECT_LT(ended.wall_s, 10);
    EXPECT_EQ(processes_with(marker), 0) << "after its end";
    SandboxLimits limits;
    limits.wall_s = 2;
    const SandboxResult killed = run_python(program + "time.sleep(60)\n", limits);
    EXPECT_THAT(killed.output, HasSubstr("daemon runs"));
    EXPECT_EQ(killed.end, SandboxEnd::out_of_time);
    EXPECT_EQ(processes_with(marker), 0) << "after it was killed";
}

TEST_F(Escape, ProcOfTheHost) {
    const SandboxResult result = run_python(R"(
attempt('environment', lambda: open('/proc/1/environ').read())
attempt('own', lambda: open('/proc/self/status').read())
attempt('list', lambda: os.listdir('/proc'))
os.mkdir('/tmp/proc')
attempt('mount', lambda: checked(libc.mount(b'proc', b'/tmp/proc', b'proc', 0, 0)))
attempt('new mount', lambda: checked(libc.syscall(430, b'proc', 0)))
)");
    for (const char* what : {"environment", "own", "list", "mount", "new mount"})
        EXPECT_THAT(result.output, HasSubstr(std::string(what) + " refused")) << result.output;
}

TEST_F(Escape, Setuid) {
    const SandboxResult result = run_python(R"(
print('as', os.getuid(), os.geteuid(), os.getgid())
attempt('setuid', lambda: os.setuid(0))
attempt('setgid', lambda: os.setgid(0))
attempt('namespace', lambda: checked(libc.unshare(0x10000000)))
attempt('clone', lambda: checked(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)))
attempt('no new rights', lambda: checked(libc.prctl(39, 0, 0, 0, 0)))
open('/tmp/own', 'w').write('x')
os.chmod('/tmp/own', 0o4755)
attempt('mount flags', lambda: os.statvfs('/usr').f_flag & os.ST_NOSUID != 0 and os.statvfs('/tmp').f_flag & os.ST_NOSUID != 0)
)");
    EXPECT_THAT(result.output, HasSubstr("as 65534 65534 65534"));
    EXPECT_THAT(result.output, HasSubstr("setuid refused"));
    EXPECT_THAT(result.output, HasSubstr("setgid refused"));
    EXPECT_THAT(result.output, HasSubstr("namespace refused PermissionError 1"));
    EXPECT_THAT(result.output, HasSubstr("clone refused PermissionError 1"));
    EXPECT_THAT(result.output, HasSubstr("no new rights succeeded 1"));
    EXPECT_THAT(result.output, HasSubstr("mount flags succeeded True"));
}

TEST_F(Escape, SignalsToOutsideProcesses) {
    const pid_t sleeper = fork();
    if (sleeper == 0) {
        execl("/bin/sleep", "sleep", "60", nullptr);
        _exit(127);
    }
    const SandboxResult result =
        run_python("attempt('sleeper', lambda: os.kill(" + std::to_string(sleeper) +
                   ", signal.SIGKILL))\nattempt('parent', lambda: os.kill(" + std::to_string(getpid()) +
                   ", signal.SIGKILL))\nattempt('init', lambda: "
                   "os.kill(1, signal.SIGKILL))\nprint('all', flush=True)\nos.kill(-1, "
                   "signal.SIGKILL)\n");
    EXPECT_THAT(result.output, HasSubstr("sleeper refused ProcessLookupError"));
    EXPECT_THAT(result.output, HasSubstr("parent refused ProcessLookupError"));
    EXPECT_THAT(result.output, HasSubstr("init"));
    EXPECT_THAT(result.output, HasSubstr("all"));
    int status = 0;
    EXPECT_EQ(waitpid(sleeper, &status, WNOHANG), 0) << "the process outside was reached";
    kill(sleeper, SIGKILL);
    waitpid(sleeper, &status, 0);
}

}  // namespace
}  // namespace retort::test
