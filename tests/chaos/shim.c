/* Between scribe, libc and OpenSSL: counts scribe's calls of one class and strikes at the n-th. Preloaded into the
 * unmodified program by `shim.rs`, which says what each variable means.
 *
 * The strike is noted as a line in scribe's own log, with the name of the point in scribe's life: which statement (read
 * above TLS), which page or which file is under way, and how far it is. */
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
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
#define MOST_FDS 4096

enum class { NONE, DATABASE, WEB, DISK };
enum fault { PASS, KILL_BEFORE, KILL_AFTER, STALL, FAIL, FAIL_ON };
enum progress { MADE, SENT, ANSWERED };

static const char *const CLASSES[] = {"none", "database", "web", "disk"};
static const char *const FAULTS[] = {"pass", "kill-before", "kill-after", "stall", "fail", "fail-on"};

static enum class wanted;
static enum fault fault;
static int at, failure, database_port;
static const char *after, *state, *point;

static atomic_int calls, begun;

/* What is known of a descriptor: what is under way on a socket and how far it is, or which file it is. */
static struct {
    enum class class;
    int stalled;
    enum progress progress;
    char what[64];
} files[MOST_FDS];

/* The connection that this thread's statements go over, and the last of them. */
static _Thread_local int database = -1;
static char last[32] = "the start";

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
    point = getenv("CHAOS_POINT");
    state = getenv("STATE_DIRECTORY");
    begun = !after;
}

static int is_known(int fd) { return fd >= 0 && fd < MOST_FDS; }

static enum class class_of(int fd) { return is_known(fd) ? files[fd].class : NONE; }

static void set_class(int fd, enum class class) {
    if (is_known(fd)) {
        files[fd].class = class;
        files[fd].stalled = 0;
    }
}

static void set_what(int fd, const char *form, const char *name) {
    if (!is_known(fd)) return;
    snprintf(files[fd].what, sizeof files[fd].what, form, name);
    files[fd].progress = MADE;
}

static const char *in_state(const char *path) {
    size_t length = state ? strlen(state) : 0;
    return length && path && !strncmp(path, state, length) ? path[length] ? path + length + 1 : "the directory" : NULL;
}

/* The name of the point that a call stands for. */
static void name_point(char *name, size_t size, const char *call, int fd, const char *path) {
    const char *what = is_known(fd) ? files[fd].what : "";
    if (path || class_of(fd) == DISK) {
        snprintf(name, size, "%s %s of %s", fault == KILL_AFTER ? "after" : "before", call, path ? path : what);
    } else if (!strcmp(call, "connect")) {
        snprintf(name, size, "%s: before the connection", what);
    } else if (!strcmp(call, "send") || !strcmp(call, "write") || !strcmp(call, "writev")) {
        snprintf(name, size, fault == KILL_AFTER ? "%s: just sent" : "%s: not sent yet", what);
    } else if (files[fd].progress == ANSWERED) {
        snprintf(name, size, "%s: answered and read", what);
    } else {
        char byte;
        int is_there = REAL(recv)(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
        snprintf(name, size, is_there ? "%s: answered, not read yet" : "%s: sent, not answered yet", what);
    }
}

/* What happens to this call: the fault if it is the one, else PASS. Does not return where the fault comes before it. */
static enum fault judge(enum class class, const char *call, int fd, const char *path) {
    if (class == NONE || class != wanted || !begun) return PASS;
    char name[128];
    name_point(name, sizeof name, call, fd, path);
    if (point && strcmp(point, name) && (fault != FAIL_ON || calls < at)) return PASS;
    int n = ++calls;
    if (fault == PASS) dprintf(2, "chaos: %s\n", name);
    else if (n == at) dprintf(2, "chaos: struck: %s\n", name);
    if (fault == PASS || n < at || (n > at && fault != FAIL_ON)) return PASS;
    if (fault == KILL_BEFORE) kill(getpid(), SIGKILL);
    return fault;
}

static void done(enum fault verdict) {
    if (verdict == KILL_AFTER) kill(getpid(), SIGKILL);
}

/* A call that hands on its verdict: fails, or is made and perhaps survived. */
#define GUARDED(class, name, fd, path, call)              \
    enum fault verdict = judge(class, name, fd, path);    \
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

/* Nothing comes: a socket that blocks waits as long as it would for a server that is silent. */
static void sit_out(int fd) {
    struct timeval most = {0};
    socklen_t length = sizeof most;
    if (fcntl(fd, F_GETFL) & O_NONBLOCK) return;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, &length) || (!most.tv_sec && !most.tv_usec)) pause();
    struct timespec rest = {.tv_sec = most.tv_sec, .tv_nsec = most.tv_usec * 1000L};
    while (nanosleep(&rest, &rest)) {}
}

/* The same for bytes on a descriptor. From a stall on, what is sent vanishes and nothing comes. */
#define GUARDED_BYTES(name, fd, length, is_read, call)    \
    enum class class = class_of(fd);                      \
    if ((is_read) && is_spared(class)) class = NONE;      \
    enum fault verdict = judge(class, #name, fd, NULL);   \
    if (verdict == FAIL || verdict == FAIL_ON) {          \
        errno = failure;                                  \
        return -1;                                        \
    }                                                     \
    if (verdict == STALL) files[fd].stalled = 1;          \
    if (is_known(fd) && files[fd].stalled) {              \
        if (!(is_read)) return length;                    \
        sit_out(fd);                                      \
        errno = EAGAIN;                                   \
        return -1;                                        \
    }                                                     \
    ssize_t result = call;                                \
    int saved = errno;                                    \
    done(verdict);                                        \
    if (class != NONE && result > 0 && !(is_read)) files[fd].progress = SENT; \
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
    if (class == DATABASE) database = fd;
    /* The last step has noted its start, and asks nobody. */
    if (!strcmp(last, "note of email_composer")) strcpy(last, "the e-mail is made");
    set_what(fd, class == DATABASE ? "database, after %s" : "web, after %s", last);
    if (class != NONE && fault == STALL) class = NONE; /* It is the bytes that stall. */
    GUARDED(class, "connect", fd, NULL, REAL(connect)(fd, address, length));
}

static int has(const void *bytes, size_t length, const char *text) {
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

/* What marks each statement; the first that fits counts. */
static const char *const STATEMENTS[][2] = {
    {"SKIP LOCKED", "claim"},
    {"current_step = 'web_scraper'", "note of web_scraper"},
    {"current_step = 'arxiv_helper'", "note of arxiv_helper"},
    {"current_step = 'email_composer'", "note of email_composer"},
    {"INSERT INTO emails", "settle"},
    {"email_id = $2 FOR UPDATE", "look for our own e-mail"},
    {"status = 'FAILED'", "fail"},
    {"make_interval", "retry later"},
    {"celery_task_id::text LIKE", "take back"},
    {"current_step = NULL", "put back"},
    {"SELECT count(*)", "count"},
    {"to_regclass", "look at the schema"},
    {"to_jsonb", "look at the schema"},
};

/* The messages of PostgreSQL's protocol tell themselves by their first byte; a login's first has none. */
static void see_statement(const char *bytes, size_t length) {
    char kind = length ? bytes[0] : 0;
    const char *text = length > 5 ? bytes + 5 : "";
    if (kind == 0 || kind == 'p') {
        set_what(database, "login, after %s", last);
    } else if (kind == 'X') {
        set_what(database, "goodbye, after %s", last);
    } else if (kind == 'Q' && !strncmp(text, "COMMIT", 6)) {
        set_what(database, "COMMIT of %s", last);
    } else if (kind == 'Q' && !strncmp(text, "ROLLBACK", 8)) {
        set_what(database, "ROLLBACK of %s", last);
    } else {
        const char *name = "BEGIN";
        for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
            if (!has(bytes, length, STATEMENTS[i][0])) continue;
            name = STATEMENTS[i][1];
            snprintf(last, sizeof last, "%s", name);
            break;
        }
        if (strcmp(name, "BEGIN")) set_what(database, "%s", name);
        else set_what(database, "BEGIN, after %s", last);
    }
}

int SSL_write_ex(void *tls, const void *bytes, size_t length, size_t *written);
int SSL_write_ex(void *tls, const void *bytes, size_t length, size_t *written) {
    if (class_of(database) == DATABASE) see_statement(bytes, length);
    return REAL(SSL_write_ex)(tls, bytes, length, written);
}

int SSL_read_ex(void *tls, void *bytes, size_t length, size_t *read);
int SSL_read_ex(void *tls, void *bytes, size_t length, size_t *read) {
    int result = REAL(SSL_read_ex)(tls, bytes, length, read);
    if (result == 1 && class_of(database) == DATABASE) files[database].progress = ANSWERED;
    return result;
}

/* What is asked of the web. */
static void see_request(int fd, const char *bytes, size_t length) {
    if (length < 5 || strncmp(bytes, "GET /", 5)) return;
    const char *path = bytes + 4;
    const char *name = !strncmp(path, "/search", 7)       ? "search"
                       : !strncmp(path, "/api/query", 10) ? "arXiv"
                       : !strncmp(path, "/robots", 7)     ? "robots.txt"
                                                          : "page";
    set_what(fd, "%s", name);
    snprintf(last, sizeof last, "%s", name);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags) {
    GUARDED_BYTES(recv, fd, length, 1, REAL(recv)(fd, bytes, length, flags));
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    if (class_of(fd) == WEB) see_request(fd, bytes, length);
    GUARDED_BYTES(send, fd, length, 0, REAL(send)(fd, bytes, length, flags));
}

ssize_t read(int fd, void *bytes, size_t length) {
    GUARDED_BYTES(read, fd, length, 1, REAL(read)(fd, bytes, length));
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
    GUARDED_BYTES(readv, fd, total(parts, count), 1, REAL(readv)(fd, parts, count));
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (fd == 2 && !begun && has(bytes, length, after)) begun = 1;
    GUARDED_BYTES(write, fd, length, 0, REAL(write)(fd, bytes, length));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    GUARDED_BYTES(writev, fd, total(parts, count), 0, REAL(writev)(fd, parts, count));
}

int fsync(int fd) { GUARDED(class_of(fd), "fsync", fd, NULL, REAL(fsync)(fd)); }

int fdatasync(int fd) { GUARDED(class_of(fd), "fdatasync", fd, NULL, REAL(fdatasync)(fd)); }

int close(int fd) {
    set_class(fd, NONE);
    if (fd == database) database = -1;
    return REAL(close)(fd);
}

int rename(const char *from, const char *to) {
    const char *name = in_state(to);
    GUARDED(name ? DISK : NONE, "rename", -1, name, REAL(rename)(from, to));
}

int unlink(const char *path) {
    const char *name = in_state(path);
    GUARDED(name ? DISK : NONE, "unlink", -1, name, REAL(unlink)(path));
}

static int marked(int fd, enum class class, const char *name) {
    if (fd >= 0) set_class(fd, class);
    if (name) set_what(fd, "%s", name);
    return fd;
}

#define OPEN(name)                                                     \
    int name(const char *path, int flags, ...) {                       \
        va_list arguments;                                             \
        va_start(arguments, flags);                                    \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments);                                             \
        const char *file = in_state(path);                             \
        enum class class = file ? DISK : NONE, counted = class;        \
        if (!(flags & O_CREAT) && is_spared(class)) counted = NONE;    \
        GUARDED(counted, "open", -1, file, marked(REAL(name)(path, flags, mode), class, file)); \
    }

OPEN(open)
OPEN(open64)
