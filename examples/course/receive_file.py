# The course's file receiver: python3 receive_file.py FOLDER. Takes one file and prints its MD5.
import hashlib
import json
import os
import socket
import struct
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('127.0.0.1', 0))
server.listen(5)
print(server.getsockname()[1], flush=True)
client, address = server.accept()
header_size = struct.unpack('i', client.recv(4, socket.MSG_WAITALL))[0]
header = json.loads(client.recv(header_size, socket.MSG_WAITALL).decode('utf-8'))
received = 0
digest = hashlib.md5()
with open(os.path.join(sys.argv[1], os.path.basename(header['file_name'])), 'wb') as file:
    while received < header['file_size']:
        data = client.recv(1024)
        file.write(data)
        digest.update(data)
        received += len(data)
print(digest.hexdigest())
client.close()
server.close()
