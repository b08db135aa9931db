# The course's TCP server: takes one client, answers in capitals.
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('127.0.0.1', 0))
server.listen(5)
print(server.getsockname()[1], flush=True)
client, address = server.accept()
while True:
    data = client.recv(1024)
    if not data:
        break
    client.send(data.upper())
client.close()
server.close()
