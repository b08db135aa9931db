# The course's TCP client: python3 tcp_client.py PORT TEXT
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(('127.0.0.1', int(sys.argv[1])))
client.send(sys.argv[2].encode('utf-8'))
print(client.recv(1024).decode('utf-8'))
client.close()
