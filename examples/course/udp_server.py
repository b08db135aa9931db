# The course's UDP server: answers one datagram in capitals.
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
data, address = server.recvfrom(1024)
server.sendto(data.upper(), address)
server.close()
