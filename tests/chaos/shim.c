/* Between scribe and libc: counts scribe's calls of one class and strikes at the n-th. Preloaded into the unmodified
 * program by `shim.rs`, which says what each variable means. The strike is noted as a line in scribe's own log, so that
 * the log tells where in its life it came. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
#define MOST_FDS 4096

enum class { NONE, DATABASE, WEB, DISK };
enum fault { PASS, KILL_BEFORE, KILL_AFTER, STALL, FAIL, FAIL_ON };

static const char *const CLASSES[] = {"none", "database", "web", "disk"};
static const char *const FAULTS[] = {"pass", "kill-before", "kill-after", "stall", "fail", "fail-on"};

static enum class wanted;
static enum fault fault;
static int at, failure, database_port;
static const char *after, *state;

static atomic_int calls, connections, begun;
static _Atomic unsigned char classes[MOST_FDS];
static _Atomic unsigned char stalled[MOST_FDS];

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (name && !strcmp(names[i], name)) return i;
    return 0;
}

static int number(const char *name) {
    const char *value = getenv(name);
    return value ? atoi(value) : 0;
}

__attribute__((constructor)) static void start(void) {
    wanted = find(CLASSES, 4, getenv("CHAOS_CLASS"));
    fault = find(FAULTS, 6, getenv("CHAOS_FAULT"));
    at = number("CHAOS_CALL");
    failure = number("CHAOS_ERRNO");
    database_port = number("DB_PORT");
    after = getenv("CHAOS_AFTER");
    state = getenv("STATE_DIRECTORY");
    begun = !after;
}

/* How many calls a run has that nothing strikes. */
__attribute__((destructor)) static void end(void) {
    if (wanted) dprintf(2, "chaos: %d calls\n", calls);
}

static enum class class_of(int fd) { return fd >= 0 && fd < MOST_FDS ? classes[fd] : NONE; }

static void set_class(int fd, enum class class) {
    if (fd >= 0 && fd < MOST_FDS) {
        classes[fd] = class;
        stalled[fd] = 0;
    }
}

static int is_in_state(const char *path) { return state && path && !strncmp(path, state, strlen(state)); }

/* What happens to this call: the fault if it is the one, else PASS. Does not return where the fault comes before it. */
static enum fault judge(enum class class, const char *call) {
    if (class == NONE || class != wanted || !begun) return PASS;
    int n = ++calls;
    if (fault == PASS || n < at || (n > at && fault != FAIL_ON)) return PASS;
    if (n == at)
        dprintf(2, "chaos: %s %s of the %s, connection %d\n", FAULTS[fault], call, CLASSES[class], connections);
    if (fault == KILL_BEFORE) kill(getpid(), SIGKILL);
    return fault;
}

static void done(enum fault verdict) {
    if (verdict == KILL_AFTER) kill(getpid(), SIGKILL);
}

/* A call that hands on its verdict: fails, or is made and perhaps survived. */
#define GUARDED(class, name, call)                        \
    enum fault verdict = judge(class, #name);             \
    if (verdict == FAIL || verdict == FAIL_ON) {          \
        errno = failure;                                  \
        return -1;                                        \
    }                                                     \
    __typeof__(call) result = call;                       \
    int saved = errno;                                    \
    done(verdict);                                        \
    errno = saved;                                        \
    return result

/* A disk that is full can be read. */
static int is_spared(enum class class) { return class == DISK && fault == FAIL_ON; }

/* The same for bytes on a descriptor. From a stall on, what is sent vanishes and nothing comes. */
#define GUARDED_BYTES(name, fd, length, is_read, call)    \
    enum class class = class_of(fd);                      \
    if ((is_read) && is_spared(class)) class = NONE;      \
    enum fault verdict = judge(class, #name);             \
    if (verdict == FAIL || verdict == FAIL_ON) {          \
        errno = failure;                                  \
        return -1;                                        \
    }                                                     \
    if (verdict == STALL) stalled[fd] = 1;                \
    if (fd >= 0 && fd < MOST_FDS && stalled[fd]) {        \
        if (!(is_read)) return length;                    \
        errno = EAGAIN;                                   \
        return -1;                                        \
    }                                                     \
    ssize_t result = call;                                \
    int saved = errno;                                    \
    done(verdict);                                        \
    errno = saved;                                        \
    return result

static size_t total(const struct iovec *parts, int count) {
    size_t sum = 0;
    for (int i = 0; i < count; i++) sum += parts[i].iov_len;
    return sum;
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
    int port = 0;
    if (address->sa_family == AF_INET) port = ntohs(((const struct sockaddr_in *)address)->sin_port);
    if (address->sa_family == AF_INET6) port = ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
    /* Port 0: a resolver sorts addresses. */
    enum class class = !port ? NONE : port == database_port ? DATABASE : WEB;
    set_class(fd, class);
    if (class == wanted) connections++;
    if (class != NONE && fault == STALL) class = NONE; /* It is the bytes that stall. */
    GUARDED(class, connect, REAL(connect)(fd, address, length));
}

ssize_t recv(int fd, void *bytes, size_t length, int flags) {
    GUARDED_BYTES(recv, fd, length, 1, REAL(recv)(fd, bytes, length, flags));
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    GUARDED_BYTES(send, fd, length, 0, REAL(send)(fd, bytes, length, flags));
}

ssize_t read(int fd, void *bytes, size_t length) {
    GUARDED_BYTES(read, fd, length, 1, REAL(read)(fd, bytes, length));
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
    GUARDED_BYTES(readv, fd, total(parts, count), 1, REAL(readv)(fd, parts, count));
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (fd == 2) {
        connections = 0;
        if (!begun && memmem(bytes, length, after, strlen(after))) begun = 1;
    }
    GUARDED_BYTES(write, fd, length, 0, REAL(write)(fd, bytes, length));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    GUARDED_BYTES(writev, fd, total(parts, count), 0, REAL(writev)(fd, parts, count));
}

int fsync(int fd) { GUARDED(class_of(fd), fsync, REAL(fsync)(fd)); }

int fdatasync(int fd) { GUARDED(class_of(fd), fdatasync, REAL(fdatasync)(fd)); }

int close(int fd) {
    set_class(fd, NONE);
    return REAL(close)(fd);
}

int rename(const char *from, const char *to) { GUARDED(is_in_state(to) ? DISK : NONE, rename, REAL(rename)(from, to)); }

int unlink(const char *path) { GUARDED(is_in_state(path) ? DISK : NONE, unlink, REAL(unlink)(path)); }

static int marked(int fd, enum class class) {
    if (fd >= 0) set_class(fd, class);
    return fd;
}

#define OPEN(name)                                                   \
    int name(const char *path, int flags, ...) {                     \
        va_list arguments;                                           \
        va_start(arguments, flags);                                  \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments);                                           \
        enum class class = is_in_state(path) ? DISK : NONE;          \
        if (!(flags & O_CREAT) && is_spared(class)) class = NONE;    \
        GUARDED(class, name, marked(REAL(name)(path, flags, mode), class)); \
    }

OPEN(open)
OPEN(open64)
