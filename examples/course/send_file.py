# The course's file sender: python3 send_file.py PORT PATH
# Four bytes tell the length of a dictionary in JSON, that tells the length of the file: no packets stick together.
import json
import os
import socket
import struct
import sys

path = sys.argv[2]
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(('127.0.0.1', int(sys.argv[1])))
header = json.dumps({'file_name': os.path.basename(path), 'file_size': os.path.getsize(path)}).encode('utf-8')
client.send(struct.pack('i', len(header)))
client.send(header)
with open(path, 'rb') as file:
    for line in file:
        client.sendall(line)
client.shutdown(socket.SHUT_WR)
client.recv(1)
client.close()
