-- the kernel offers stacks at switch-in, and stacks of threads that never wake
SELECT features & 3 = 3, 'kernel ' || kernel || ', features ' || features FROM capture;
