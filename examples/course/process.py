# The course's processes: from a function, from a class, joined, isolated, as objects.
import os
from multiprocessing import Process

n = 100


def task(name):
    global n
    n = 0
    print(f'{name} runs, child of the parent: {os.getppid() == parent}, n = {n}', flush=True)


class MyProcess(Process):
    def __init__(self, who):
        super().__init__()
        self.who = who

    def run(self):
        print(f'{self.who} runs', flush=True)


if __name__ == '__main__':
    parent = os.getpid()
    p = Process(target=task, args=('egon',))
    p.start()
    p.join()
    q = MyProcess('alex')
    q.start()
    q.join()
    print(f'parent: n = {n}, alive: {p.is_alive()}, exit code: {q.exitcode}')
