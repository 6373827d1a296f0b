/* Writes down whom a process talks to: loaded before libc by LD_PRELOAD, where system calls cannot be traced.

   The lookups are here as well, since libc asks name servers through functions of its own that nobody can replace. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *what) {
    const char *path = getenv("NETWORK_WATCH");
    int file = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return;
    char line[512];
    int size = snprintf(line, sizeof line, "%s\n", what);
    if (size > 0) (void)!write(file, line, (size_t)size < sizeof line ? (size_t)size : sizeof line - 1);
    close(file);
}

static void note_address(const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address == NULL) return;
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    else
        return;
    note(text);
}

int connect(int socket, const struct sockaddr *address, socklen_t size) {
    note_address(address);
    return REAL(connect)(socket, address, size);
}

int bind(int socket, const struct sockaddr *address, socklen_t size) {
    note_address(address);
    return REAL(bind)(socket, address, size);
}

ssize_t sendto(int socket, const void *data, size_t length, int flags, const struct sockaddr *address, socklen_t size) {
    note_address(address);
    return REAL(sendto)(socket, data, length, flags, address, size);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    note_address(message->msg_name);
    return REAL(sendmsg)(socket, message, flags);
}

int sendmmsg(int socket, struct mmsghdr *messages, unsigned int count, int flags) {
    for (unsigned int number = 0; number < count; number++) note_address(messages[number].msg_hdr.msg_name);
    return REAL(sendmmsg)(socket, messages, count, flags);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    if (name != NULL) note(name);
    return REAL(getaddrinfo)(name, service, hints, found);
}

struct hostent *gethostbyname(const char *name) {
    note(name);
    return REAL(gethostbyname)(name);
}

struct hostent *gethostbyname2(const char *name, int family) {
    note(name);
    return REAL(gethostbyname2)(name, family);
}
