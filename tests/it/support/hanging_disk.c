/* A disk that never answers an fsync. Preloaded into the unmodified program. */
#include <unistd.h>

int fsync(int fd) {
    (void)fd;
    for (;;) pause();
}
