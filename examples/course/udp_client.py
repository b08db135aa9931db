# The course's UDP client: python3 udp_client.py PORT TEXT
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(sys.argv[2].encode('utf-8'), ('127.0.0.1', int(sys.argv[1])))
print(client.recvfrom(1024)[0].decode('utf-8'))
client.close()
